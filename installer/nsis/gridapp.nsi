; Setup.exe of gridapp. installer/setup_exe.py calls makensis with
;   VERSION  1.2.3        NUMBERS  1.2.3.0       SIZE_KB  of the files unpacked
;   PICTURE  of the first and last page
;   FILES    folder\*.*    ICON     gridapp.ico   OUT      Setup.exe
;   STUB     the kind of Setup: amd64, or x86 where NSIS has no other
;   LONGEST  the longest path inside the folder  SIGN     a command, or not defined
;   PLAIN    defined: nothing is compressed
;
;   Setup.exe [/S] [/ALLUSERS | /CURRENTUSER] [/ENROL=file] [/UPDATE] [/D=folder]
;   Uninstall.exe [/S] [/PURGE]
;
; Exit codes: 0 done, 2 cancelled, 3 system too old, 4 a newer version is installed,
; 5 the program still runs, 6 rolled back, 7 enrolment file unreadable, 8 needs an
; administrator, 9 the folder cannot be used, 10 cut short (healed by the next Setup or
; the next log-in), 11 files held by others, nothing changed. docs/it-guide.md lists them.

Unicode True
Target ${STUB}-unicode
!define ID "gridapp"
!define EXE "gridapp.exe"
!define CLI "gridapp-cli.exe"
!define KEY "Software\${ID}"
!define UNKEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"
!define ONCE "Software\Microsoft\Windows\CurrentVersion\RunOnce"
!define MARK "$INSTDIR\.${ID}"

!include MUI2.nsh
!include FileFunc.nsh
!include WordFunc.nsh
!include WinVer.nsh
!include x64.nsh
!include LogicLib.nsh

Name "$(TITLE)"
OutFile "${OUT}"
BrandingText "${VERSION}"
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10
!ifdef PLAIN
  SetCompress off
!else
  SetCompressor /SOLID lzma
  SetCompressorDictSize 64               ; MiB: both programs are one for the most part
!endif
SetDateSave off
ShowInstDetails nevershow
ShowUninstDetails nevershow
VIProductVersion "${NUMBERS}"
VIAddVersionKey /LANG=2052 ProductName "网格日志"
VIAddVersionKey /LANG=2052 FileDescription "网格日志安装程序"
VIAddVersionKey /LANG=2052 CompanyName "网格日志"
VIAddVersionKey /LANG=2052 FileVersion "${VERSION}"
VIAddVersionKey /LANG=2052 ProductVersion "${VERSION}"
VIAddVersionKey /LANG=2052 LegalCopyright "Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${PICTURE}"
!define MUI_WELCOMEFINISHPAGE_BITMAP_STRETCH AspectFitHeight
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "$(WELCOME)"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\${EXE}"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!define MUI_COMPONENTSPAGE_NODESC
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_LANGUAGE "English"
!include "words.nsh"

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
  !finalize '${SIGN} "%1"' = 0
!endif

Var Machine     ; 1: for all users of this computer
Var Update      ; 1: the program itself called us, and wants to be started again
Var Enrolment   ; the enrolment file, or empty
Var Code        ; the exit code

; Ends Setup with ${NUMBER}; the words are shown unless it is silent.
!macro Leave NUMBER WORDS
  StrCpy $Code ${NUMBER}
  MessageBox MB_OK|MB_ICONEXCLAMATION "${WORDS}" /SD IDOK
  Call BringBack
  SetErrorLevel ${NUMBER}
  Quit
!macroend
!define Leave "!insertmacro Leave"

!include "swap.nsh"
!insertmacro Swapping ""
!insertmacro Swapping "un."

; After /UPDATE the person gets the program back, which tells how it went. Not when it
; was cut short: then files of two versions may lie there, and a box says what to do.
Function BringBack
  ${If} $Update = 1
  ${AndIf} $Code = 10
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(CUT_SHORT)"
  ${ElseIf} $Update = 1
  ${AndIf} ${FileExists} "$INSTDIR\${EXE}"
    SetOutPath "$INSTDIR"
    Exec '"$INSTDIR\${EXE}" --updated $Code'
  ${EndIf}
FunctionEnd

Function .onInit
  SetRegView 64
  StrCpy $Update 0
  ${GetParameters} $R0
  ; Many tools put the quotes around all of a switch.
  ${WordReplace} $R0 '"/ENROL=' '/ENROL="' "+" $R0
  ${WordReplace} $R0 '"/D=' '/D="' "+" $R0
  ClearErrors
  ${GetOptions} $R0 "/UPDATE" $R1
  ${IfNot} ${Errors}
    StrCpy $Update 1
  ${EndIf}
  Call ChoosePlace
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastBuild} 17763     ; Qt 6.11: Windows 10 1809 or newer
    ${Leave} 3 "$(TOO_OLD)"
  ${EndIf}
  System::Call 'kernel32::CreateMutexW(p 0, i 0, w "${ID}-setup") p .r1 ?e'
  Pop $0
  ${If} $0 = 183                       ; ERROR_ALREADY_EXISTS
    ${Leave} 5 "$(OTHER_SETUP)"
  ${EndIf}
  Call ReadEnrolment
  Call RefuseDowngrade
FunctionEnd

Function ChoosePlace                   ; $Machine and $INSTDIR; asks for rights
  StrCpy $Machine 0
  ReadRegStr $1 HKCU "${KEY}" "InstallDir"
  ReadRegStr $2 HKLM "${KEY}" "InstallDir"
  ${If} $1 == ""
  ${AndIf} $2 != ""
    StrCpy $Machine 1                  ; no second copy beside that of the computer
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/CURRENTUSER" $R1
  ${IfNot} ${Errors}
    StrCpy $Machine 0
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/ALLUSERS" $R1
  ${IfNot} ${Errors}
    StrCpy $Machine 1
  ${EndIf}
  ${If} $Machine = 1
    StrCpy $1 $2
    StrCpy $3 "$PROGRAMFILES64\${ID}"
  ${Else}
    SetShellVarContext current
    StrCpy $3 "$LOCALAPPDATA\Programs\${ID}"
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/D=" $0           ; quoted; NSIS itself takes the other
  ${IfNot} ${Errors}
    StrCpy $INSTDIR $0
  ${EndIf}
  Push $INSTDIR
  Call Unquoted
  Pop $INSTDIR
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR $1
  ${EndIf}
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR $3
  ${EndIf}
  ${If} $Machine = 1
    SetShellVarContext all
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != "Admin"
      ${IfNot} ${Silent}
        ExecShell "runas" "$EXEPATH" "/ALLUSERS $R0"
        Quit
      ${EndIf}
      ${Leave} 8 "$(NEEDS_ADMIN)"
    ${EndIf}
  ${EndIf}
FunctionEnd

Function Unquoted                      ; the text on the stack without its quotes
  Exch $0
  Push $1
  StrCpy $1 $0 1
  ${If} $1 == '"'
    StrCpy $0 $0 "" 1
  ${EndIf}
  StrCpy $1 $0 1 -1
  ${If} $1 == '"'
    StrCpy $0 $0 -1
  ${EndIf}
  Pop $1
  Exch $0
FunctionEnd

Function ReadEnrolment                 ; before anything is changed
  StrCpy $Enrolment ""
  ClearErrors
  ${GetOptions} $R0 "/ENROL=" $0
  ${If} ${Errors}
    Return
  ${EndIf}
  Push $0
  Call Unquoted
  Pop $0
  GetFullPathName $Enrolment $0
  ClearErrors
  StrCpy $2 ""
  FileOpen $0 $Enrolment r
  FileReadByte $0 $2
  FileClose $0
  ${If} $2 == ""                       ; not there, not readable, or empty
    ${Leave} 7 "$(NO_ENROLMENT)"
  ${EndIf}
FunctionEnd

; Who may write into ProgramData\gridapp may say at which county a new laptop enrols:
; administrators and the system, whoever made the folder. By SIDs, for names differ by
; language; best effort, as Setup is of use without it. What leads elsewhere is taken away
; first, and nothing below the folder is touched: it might lead elsewhere, too.
!macro Rights WORDS
  nsExec::Exec '"$SYSDIR\icacls.exe" "$1" ${WORDS}'
  Pop $0
!macroend

Function CloseCommon
  ${If} $Machine = 0
    Return
  ${EndIf}
  StrCpy $1 "$APPDATA\${ID}"           ; C:\ProgramData in this context
  System::Call 'kernel32::GetFileAttributesW(w r1) i .r2'
  IntOp $3 $2 & 0x400                  ; FILE_ATTRIBUTE_REPARSE_POINT
  ${If} $2 <> -1
  ${AndIf} $3 <> 0
    RMDir "$1"
  ${EndIf}
  CreateDirectory "$1"
  !insertmacro Rights "/setowner *S-1-5-32-544"
  !insertmacro Rights "/reset"
  !insertmacro Rights "/inheritance:r /grant:r *S-1-5-32-544:(OI)(CI)F \
    *S-1-5-18:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX"
FunctionEnd

Function PlaceEnrolment
  ${If} $Enrolment == ""
    Return
  ${EndIf}
  ${If} $Machine = 1
    StrCpy $1 "$APPDATA\${ID}"         ; C:\ProgramData in this context
  ${Else}
    StrCpy $1 "$LOCALAPPDATA\${ID}"
  ${EndIf}
  CreateDirectory $1
  ClearErrors
  CopyFiles /SILENT "$Enrolment" "$1\enrol.new"
  Delete "$1\enrol.gridpkg"
  Rename "$1\enrol.new" "$1\enrol.gridpkg"
  ${IfNot} ${FileExists} "$1\enrol.gridpkg"
    ${Leave} 7 "$(NO_ENROLMENT)"
  ${EndIf}
FunctionEnd

Function RefuseDowngrade
  ReadRegStr $0 SHCTX "${UNKEY}" "DisplayVersion"
  ${If} $0 != ""
    ${VersionCompare} "${VERSION}" "$0" $1
    ${If} $1 = 2
      ${Leave} 4 "$(DOWNGRADE)"
    ${EndIf}
  ${EndIf}
FunctionEnd

Function CheckFolder                   ; ours or empty of what we would replace; short
  StrLen $0 $INSTDIR
  IntOp $0 $0 + ${LONGEST}
  ${If} $0 > 259                       ; MAX_PATH without its end; few Windows allow more
    ${Leave} 9 "$(TOO_LONG)"
  ${EndIf}
  ${IfNot} ${FileExists} "${MARK}"
    ${If} ${FileExists} "$INSTDIR\_internal\*.*"
    ${OrIf} ${FileExists} "$INSTDIR\${EXE}"
      ${Leave} 9 "$(NOT_OURS)"
    ${EndIf}
  ${EndIf}
  CreateDirectory "$INSTDIR"
  ClearErrors
  FileOpen $0 "${MARK}" a
  ${If} ${Errors}
    ${Leave} 9 "$(NOT_WRITABLE)"
  ${EndIf}
  FileClose $0
FunctionEnd

Section "-main"
  SetRegView 64
  Call CheckFolder
  ${If} $Update = 1
    StrCpy $9 120                      ; half seconds that the program may take to end
  ${Else}
    StrCpy $9 4
  ${EndIf}
  Call WaitClosed
  ${If} $0 != 0
    ${Leave} 5 "$(STILL_RUNS)"
  ${EndIf}
  Call Heal
  ${If} $0 != 0
    ${Leave} 10 "$(CUT_SHORT)"
  ${EndIf}
  Call RefuseDowngrade
  Call CloseCommon
  Call PlaceEnrolment
  ${If} ${FileExists} "$INSTDIR\Uninstall.exe"
    !insertmacro HealLater
  ${EndIf}
  SetOutPath "$INSTDIR\${ID}.new"
  ClearErrors
  File /r "${FILES}"
  ${If} ${Errors}
    SetOutPath "$INSTDIR"
    Call Heal
    ${Leave} 9 "$(NOT_WRITABLE)"
  ${EndIf}
  SetOutPath "$INSTDIR"
  Call Swap
  StrCpy $5 $0                         ; not 0: others hold files of the version before
  ${If} $0 = 0
    Call SelfCheck
  ${EndIf}
  ${If} $0 != 0
    Call Undo
    ${If} $0 != 0
      ${Leave} 10 "$(CUT_SHORT)"
    ${EndIf}
    Call Heal
    ${If} $5 != 0
      ${Leave} 11 "$(HELD)"
    ${EndIf}
    ${Leave} 6 "$(ROLLED_BACK)"
  ${EndIf}
  Call Register
  Call Commit
  StrCpy $Code 0
  Call BringBack
SectionEnd

Function .onInstFailed                 ; a full disk in the middle of unpacking
  SetOutPath "$INSTDIR"
  Call Heal
  StrCpy $Code 9
  Call BringBack
  SetErrorLevel 9
FunctionEnd

!macro Associate EXTENSION PROGID WORDS
  WriteRegStr SHCTX "Software\Classes\${EXTENSION}" "" "${PROGID}"
  WriteRegStr SHCTX "Software\Classes\${EXTENSION}\OpenWithProgids" "${PROGID}" ""
  WriteRegStr SHCTX "Software\Classes\${PROGID}" "" "${WORDS}"
  WriteRegStr SHCTX "Software\Classes\${PROGID}\DefaultIcon" "" "$INSTDIR\${EXE},0"
  WriteRegStr SHCTX "Software\Classes\${PROGID}\shell\open\command" "" \
    '"$INSTDIR\${EXE}" --open "%1"'
!macroend

!macro Dissociate EXTENSION PROGID
  DeleteRegKey SHCTX "Software\Classes\${PROGID}"
  DeleteRegValue SHCTX "Software\Classes\${EXTENSION}\OpenWithProgids" "${PROGID}"
  ReadRegStr $0 SHCTX "Software\Classes\${EXTENSION}" ""
  ${If} $0 == "${PROGID}"
    DeleteRegKey SHCTX "Software\Classes\${EXTENSION}"
  ${EndIf}
!macroend

!macro DropShortcuts
  ReadRegStr $1 SHCTX "${KEY}" "Shortcut"
  ${If} $1 != ""
    Delete "$SMPROGRAMS\$1.lnk"
    Delete "$DESKTOP\$1.lnk"
  ${EndIf}
!macroend

Function Register
  WriteUninstaller "$INSTDIR\Uninstall.new"
  Delete "$INSTDIR\Uninstall.exe"
  Rename "$INSTDIR\Uninstall.new" "$INSTDIR\Uninstall.exe"
  !insertmacro DropShortcuts           ; in another language they have another name
  CreateShortCut "$SMPROGRAMS\$(TITLE).lnk" "$INSTDIR\${EXE}" "" "$INSTDIR\${EXE}" 0
  CreateShortCut "$DESKTOP\$(TITLE).lnk" "$INSTDIR\${EXE}" "" "$INSTDIR\${EXE}" 0
  WriteRegStr SHCTX "${KEY}" "InstallDir" "$INSTDIR"
  WriteRegStr SHCTX "${KEY}" "Shortcut" "$(TITLE)"
  !insertmacro Associate ".gridpkg" "${ID}.package" "$(PACKAGE)"
  !insertmacro Associate ".gridupdate" "${ID}.update" "$(UPDATE_FILE)"
  WriteRegStr SHCTX "${UNKEY}" "DisplayName" "$(TITLE)"
  WriteRegStr SHCTX "${UNKEY}" "Publisher" "$(TITLE)"
  WriteRegStr SHCTX "${UNKEY}" "DisplayIcon" "$INSTDIR\${EXE}"
  WriteRegStr SHCTX "${UNKEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNKEY}" "UninstallString" '"$INSTDIR\Uninstall.exe"'
  WriteRegStr SHCTX "${UNKEY}" "QuietUninstallString" '"$INSTDIR\Uninstall.exe" /S'
  WriteRegDWORD SHCTX "${UNKEY}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD SHCTX "${UNKEY}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNKEY}" "NoRepair" 1
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
FunctionEnd

Function un.onInit
  SetRegView 64
  ReadRegStr $0 HKCU "${KEY}" "InstallDir"
  StrCpy $Machine 0
  ${If} $0 != $INSTDIR
    StrCpy $Machine 1
    SetShellVarContext all
  ${EndIf}
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/HEAL" $R1        ; RunOnce, after an upgrade was cut off
  ${IfNot} ${Errors}
    StrCpy $9 0
    Call un.WaitClosed
    ${If} $0 = 0
      Call un.Heal
    ${EndIf}
    ${If} $0 != 0
      !insertmacro HealLater           ; Windows has taken it off the list by now
      StrCpy $0 10
    ${EndIf}
    SetErrorLevel $0
    Quit
  ${EndIf}
  ${If} $Machine = 1
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != "Admin"
      ${IfNot} ${Silent}
        ExecShell "runas" "$INSTDIR\Uninstall.exe" "$R0"
        Quit
      ${EndIf}
      SetErrorLevel 8
      Quit
    ${EndIf}
  ${EndIf}
FunctionEnd

!macro PurgeData
  ${If} $Machine = 1
    SetShellVarContext all
    RMDir /r "$APPDATA\${ID}"          ; ProgramData: an enrolment file not used
  ${EndIf}
  SetShellVarContext current           ; the data are the person's, not the computer's
  RMDir /r "$LOCALAPPDATA\${ID}"
!macroend

Section "un.$(REMOVE_PROGRAM)" UnMain
  SectionIn RO
  SetRegView 64
  ${IfNot} ${FileExists} "${MARK}"
    SetErrorLevel 9
    Abort "$(NOT_OURS)"
  ${EndIf}
  StrCpy $9 4
  Call un.WaitClosed
  ${If} $0 != 0
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(STILL_RUNS)" /SD IDOK
    SetErrorLevel 5
    Abort
  ${EndIf}
  DeleteRegValue SHCTX "${ONCE}" "${ID}"
  RMDir /r "$INSTDIR\${ID}.new"
  RMDir /r "$INSTDIR\${ID}.old"
  RMDir /r "$INSTDIR\${ID}.done"
  Delete "$INSTDIR\${EXE}"
  Delete "$INSTDIR\${CLI}"
  RMDir /r "$INSTDIR\_internal"
  !insertmacro DropShortcuts
  !insertmacro Dissociate ".gridpkg" "${ID}.package"
  !insertmacro Dissociate ".gridupdate" "${ID}.update"
  DeleteRegKey SHCTX "${KEY}"
  DeleteRegKey SHCTX "${UNKEY}"
  Delete "${MARK}"
  Delete "$INSTDIR\Uninstall.new"
  Delete "$INSTDIR\Uninstall.exe"
  SetOutPath "$TEMP"
  RMDir "$INSTDIR"                     ; only when nobody else put anything there
  ${If} $Machine = 1
    RMDir "$APPDATA\${ID}"             ; ProgramData, when nobody's file lies there
  ${EndIf}
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/PURGE" $R1
  ${IfNot} ${Errors}
    !insertmacro PurgeData
  ${EndIf}
SectionEnd

Section /o "un.$(REMOVE_DATA)" UnData
  !insertmacro PurgeData
SectionEnd
