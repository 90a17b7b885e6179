; Stands in for the program in the installer's test: runs until it is asked to quit, or does not listen.
Unicode true
Target amd64-unicode
RequestExecutionLevel user
SilentInstall silent
OutFile "${OUTPUT}"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
Section
  CreateDirectory "$LOCALAPPDATA\stub"
  ${GetParameters} $0
  ${If} $0 == "quit"
    FileOpen $1 "$LOCALAPPDATA\stub\asked" w
    FileClose $1
    StrCpy $2 0
    ${While} ${FileExists} "$LOCALAPPDATA\stub\running"
      Sleep 100
      IntOp $2 $2 + 1
      ${If} $2 > 30
        ${Break}
      ${EndIf}
    ${EndWhile}
  ${Else}
    ; Held open like a library of a running program, so that its folder cannot be renamed on Windows.
    FileOpen $1 "$LOCALAPPDATA\stub\running" w
    FileOpen $3 "$EXEDIR\_internal\held.dll" r
    ${DoUntil} ${FileExists} "$LOCALAPPDATA\stub\asked"
      Sleep 100
    ${Loop}
    FileClose $1
    Delete "$LOCALAPPDATA\stub\running"
    Sleep 700 ; a program that says that it has ended still has to let go of its libraries
    FileClose $3
  ${EndIf}
SectionEnd
