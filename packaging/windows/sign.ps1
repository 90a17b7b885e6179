# Sign programs with the certificate in CERTIFICATE (a PFX in base64) and its CERTIFICATE_PASSWORD, and check the result.
# For the release workflow; elsewhere than on Windows osslsigncode does the same.
param([Parameter(Mandatory)] [System.IO.FileInfo[]] $Files)
$ErrorActionPreference = "Stop"

$signtool = Get-ChildItem "${env:ProgramFiles(x86)}\Windows Kits\10\bin\*\x64\signtool.exe" |
    Sort-Object { [version] $_.Directory.Parent.Name } | Select-Object -Last 1
if (-not $signtool) { throw "signtool is missing: install the Windows SDK" }

$pfx = Join-Path ([System.IO.Path]::GetTempPath()) "ddns-tray-$([guid]::NewGuid()).pfx"
try {
    [System.IO.File]::WriteAllBytes($pfx, [System.Convert]::FromBase64String($env:CERTIFICATE))
    # Into the store of this account, so that the password is in no command line.
    $password = ConvertTo-SecureString $env:CERTIFICATE_PASSWORD -AsPlainText -Force
    $certificate = Import-PfxCertificate -FilePath $pfx -CertStoreLocation Cert:\CurrentUser\My -Password $password
    try {
        foreach ($file in $Files) {
            & $signtool.FullName sign /sha1 $certificate.Thumbprint /fd sha256 `
                /tr http://timestamp.digicert.com /td sha256 /d "DDNS Tray" $file.FullName
            if ($LASTEXITCODE) { throw "$($file.Name) could not be signed" }
            & $signtool.FullName verify /pa /all $file.FullName
            if ($LASTEXITCODE) { throw "the signature of $($file.Name) is not good" }
        }
    } finally {
        Remove-Item "Cert:\CurrentUser\My\$($certificate.Thumbprint)" -DeleteKey
    }
} finally {
    Remove-Item $pfx -ErrorAction SilentlyContinue
}
