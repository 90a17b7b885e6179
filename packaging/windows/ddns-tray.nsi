; The Windows installer. devtools/windows_installer.py compiles it and says what the words in ${} are.
;
; For one person, without administrator: files below %LOCALAPPDATA%, entries below HKEY_CURRENT_USER. The program lies in
; a folder of its own, "app". An upgrade unpacks the new one beside it, asks the running program to end, and swaps the two
; by renaming; whatever fails before that leaves the old one as it was. What is removed is what the list says that came
; with the program; anything else a person put there stays.
;
; Silent: /S. Ends with 0, or: 1 cancelled, 2 failed (nothing was changed), 3 a newer version is installed (the same).

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10
XPStyle on
ShowInstDetails nevershow
ShowUninstDetails nevershow
AllowSkipFiles off

!include "MUI2.nsh"
!include "LogicLib.nsh"
!include "FileFunc.nsh"
!include "WordFunc.nsh"

!define PRODUCT "DDNS Tray"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\ddns-tray"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define APPROVED_KEY "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define LIST "installed-files.txt"

Name "${PRODUCT}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\DDNS Tray"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
BrandingText "${PRODUCT} ${VERSION}"

!ifdef ICON
  !define MUI_ICON "${ICON}"
  !define MUI_UNICON "${ICON}"
!endif
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\app\ddns-trayw.exe"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"

LangString NEWER ${LANG_ENGLISH} "A newer version is installed: $1. To go back to ${VERSION}, remove that one first; your settings stay."
LangString NEWER ${LANG_SIMPCHINESE} "已安装更新的版本：$1。要退回 ${VERSION}，请先卸载该版本；您的设置会保留。"
LangString RUNNING ${LANG_ENGLISH} "DDNS Tray is still running and did not end when asked. Quit it from its icon, then try again."
LangString RUNNING ${LANG_SIMPCHINESE} "DDNS Tray 仍在运行，没有按要求退出。请从托盘图标退出它，然后重试。"
LangString UNPACK ${LANG_ENGLISH} "The new version could not be written: the disk may be full, or the folder may not be yours. Nothing was changed."
LangString UNPACK ${LANG_SIMPCHINESE} "无法写入新版本：磁盘可能已满，或者您无权写入该文件夹。没有做任何更改。"
LangString KEEP ${LANG_ENGLISH} "Remove your settings and what the program remembers, too? Secrets stay in the Windows Credential Manager, under ddns-tray."
LangString KEEP ${LANG_SIMPCHINESE} "要同时删除您的设置和程序记住的内容吗？机密信息仍保留在 Windows 凭据管理器中的 ddns-tray 下。"

; --- what installer and uninstaller share ---

; Remove from a folder what its list names, then the list and the folder; what else lies there stays. The libraries of a
; program that has just ended, or is being looked at by a scanner, may be held for a moment: 5 s are waited for all of them
; together. If something is held longer, the list stays with it, so that the next upgrade removes both.
!macro REMOVE_LISTED UN
Function ${UN}RemoveListed
  Exch $0
  Push $1
  Push $2
  StrCpy $R7 0 ; what could not be removed
  StrCpy $R8 20 ; pauses that are left
  ClearErrors
  FileOpen $1 "$0\${LIST}" r
  ${Unless} ${Errors}
    FileReadUTF16LE $1 $2 ; the mark of the encoding, with the first name behind it
    ${Do}
      ${If} ${Errors}
        ${Break}
      ${EndIf}
      ${WordReplace} "$2" "$\r" "" "+" $2
      ${WordReplace} "$2" "$\n" "" "+" $2
      ${If} $2 != ""
      ${AndIf} $2 != "${LIST}"
        StrCpy $R9 $2 1 -1
        ${If} $R9 == "\"
          RMDir "$0\$2"
        ${Else}
          ${Do}
            ClearErrors
            Delete "$0\$2"
            ${IfNot} ${Errors}
              ${Break}
            ${EndIf}
            ${If} $R8 == 0
              IntOp $R7 $R7 + 1
              ${Break}
            ${EndIf}
            IntOp $R8 $R8 - 1
            Sleep 250
          ${Loop}
        ${EndIf}
      ${EndIf}
      ClearErrors
      FileReadUTF16LE $1 $2
    ${Loop}
    FileClose $1
  ${EndUnless}
  ${If} $R7 == 0
    Delete "$0\${LIST}"
  ${EndIf}
  RMDir "$0"
  ClearErrors
  Pop $2
  Pop $1
  Pop $0
FunctionEnd

; Ask the running program to end, through the same door as "ddns-tray quit"; it waits until that has ended.
Function ${UN}AskToQuit
  ${If} ${FileExists} "$INSTDIR\app\ddns-tray.exe"
    nsExec::Exec '"$INSTDIR\app\ddns-tray.exe" quit'
    Pop $0
  ${EndIf}
FunctionEnd
!macroend
!insertmacro REMOVE_LISTED ""
!insertmacro REMOVE_LISTED "un."

Function .onInit
  ; The language of Windows, without a question; /S needs none.
  ReadRegStr $1 HKCU "${UNINSTALL_KEY}" "DisplayVersion"
  ${If} $1 != ""
    ${VersionCompare} "$1" "${VERSION}" $0
    ${If} $0 == 1
      MessageBox MB_OK|MB_ICONSTOP "$(NEWER)" /SD IDOK
      SetErrorLevel 3
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

!macro GIVE_UP TEXT
  Push "$INSTDIR\app.new"
  Call RemoveListed
  RMDir /r "$INSTDIR\app.new" ; ours alone, and only half there: its list may be missing
  RMDir "$INSTDIR"
  MessageBox MB_OK|MB_ICONSTOP "${TEXT}" /SD IDOK
  SetErrorLevel 2
  Quit
!macroend

Section
  RMDir /r "$INSTDIR\app.new" ; left by an installation that was cut off
  ClearErrors
  SetOutPath "$INSTDIR\app.new"
  ${If} ${Errors}
    !insertmacro GIVE_UP "$(UNPACK)"
  ${EndIf}
  SetOverwrite try
  File /r "${PAYLOAD}\*" ; on Windows makensis takes this separator alone, elsewhere both
  ${If} ${Errors}
    SetOutPath "$TEMP"
    !insertmacro GIVE_UP "$(UNPACK)"
  ${EndIf}
  SetOutPath "$TEMP" ; Windows keeps a folder that is somebody's current one

  ${If} ${FileExists} "$INSTDIR\app\*.*"
    Call AskToQuit
    ; A name that is free: what a person had put beside an older program is still in such a folder. What is left of that
    ; program itself goes now.
    StrCpy $4 1
    ${While} ${FileExists} "$INSTDIR\app.old$4\*.*"
      ${If} ${FileExists} "$INSTDIR\app.old$4\${LIST}"
        Push "$INSTDIR\app.old$4"
        Call RemoveListed
        ${IfNot} ${FileExists} "$INSTDIR\app.old$4\*.*"
          ${Break}
        ${EndIf}
      ${EndIf}
      IntOp $4 $4 + 1
    ${EndWhile}
    StrCpy $3 0
    ${Do}
      ClearErrors
      Rename "$INSTDIR\app" "$INSTDIR\app.old$4"
      ${IfNot} ${Errors}
        ${Break}
      ${EndIf}
      IntOp $3 $3 + 1
      ${If} $3 > 20
        !insertmacro GIVE_UP "$(RUNNING)"
      ${EndIf}
      Sleep 250
    ${Loop}
  ${EndIf}
  ClearErrors
  Rename "$INSTDIR\app.new" "$INSTDIR\app"
  ${If} ${Errors}
    Rename "$INSTDIR\app.old$4" "$INSTDIR\app"
    !insertmacro GIVE_UP "$(UNPACK)"
  ${EndIf}
  ${If} $4 != ""
    Push "$INSTDIR\app.old$4"
    Call RemoveListed
  ${EndIf}

  WriteUninstaller "$INSTDIR\uninstall.exe"
  SetOutPath "$INSTDIR\app"
  CreateShortcut "$SMPROGRAMS\${PRODUCT}.lnk" "$INSTDIR\app\ddns-trayw.exe"
  SetOutPath "$TEMP"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${PRODUCT}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\app\ddns-trayw.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The DDNS Tray developers"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" ${KIBIBYTES}
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  Call un.AskToQuit
  SetOutPath "$TEMP"
  ; Windows renames no folder with a running program in it: then nothing is removed, and the program goes on whole.
  ${If} ${FileExists} "$INSTDIR\app\*.*"
    StrCpy $4 1
    ${While} ${FileExists} "$INSTDIR\app.gone$4\*.*"
      IntOp $4 $4 + 1
    ${EndWhile}
    StrCpy $3 0
    ${Do}
      ClearErrors
      Rename "$INSTDIR\app" "$INSTDIR\app.gone$4"
      ${IfNot} ${Errors}
        ${Break}
      ${EndIf}
      IntOp $3 $3 + 1
      ${If} $3 > 20
        MessageBox MB_OK|MB_ICONSTOP "$(RUNNING)" /SD IDOK
        SetErrorLevel 2
        Quit
      ${EndIf}
      Sleep 250
    ${Loop}
    Push "$INSTDIR\app.gone$4"
    Call un.RemoveListed
    Rename "$INSTDIR\app.gone$4" "$INSTDIR\app" ; what a person put there, if anything
  ${EndIf}
  ${For} $4 1 9 ; what upgrades could not remove, since somebody held it
    ${If} ${FileExists} "$INSTDIR\app.old$4\${LIST}"
      Push "$INSTDIR\app.old$4"
      Call un.RemoveListed
    ${EndIf}
  ${Next}
  Delete "$SMPROGRAMS\${PRODUCT}.lnk"
  ; The switch in the program's settings writes these; without the program they would lead nowhere.
  DeleteRegValue HKCU "${RUN_KEY}" "ddns-tray"
  DeleteRegValue HKCU "${APPROVED_KEY}" "ddns-tray"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  ; Silent means: keep them.
  MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(KEEP)" /SD IDNO IDNO kept
  RMDir /r "$LOCALAPPDATA\ddns-tray"
  RMDir /r "$LOCALAPPDATA\Temp\ddns-tray"
  kept:
SectionEnd
