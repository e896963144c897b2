; How a version takes the place of another so that a cut at any moment heals.
;
;   gridapp.new   the new version while it is unpacked; worthless when cut off
;   gridapp.old   the version before, as long as the new one is not confirmed; `to`
;                 names the new version, `swapped` says that all of it is in place
;   gridapp.done  the version before after that: rubbish
;
; A program's file in gridapp.old counts more than the one of that name in the folder:
; Undo brings back each file found there, as often as it is cut off. All three are named
; in RunOnce's command, the uninstaller with /HEAL, so the next log-in heals too.
; Each function returns 0 in $0 when it did what its name says.

!macro HealLater
  WriteRegStr SHCTX "${ONCE}" "${ID}" '"$INSTDIR\Uninstall.exe" /S /HEAL _?=$INSTDIR'
!macroend

!macro PutBack un NAME
  ${If} ${FileExists} "$INSTDIR\${ID}.old\${NAME}"
    StrCpy $1 "$INSTDIR\${NAME}"
    Call ${un}Clear
    StrCpy $2 "$1"
    StrCpy $1 "$INSTDIR\${ID}.old\${NAME}"
    ${If} $0 = 0
      Call ${un}Move
    ${EndIf}
    ${If} $0 != 0
      Return
    ${EndIf}
  ${EndIf}
!macroend

!macro Swapping un

Function ${un}WaitClosed               ; $9: half seconds to wait without asking
  again:
  StrCpy $1 "$INSTDIR\${EXE}"
  Call ${un}Closed
  ${If} $0 = 0
    StrCpy $1 "$INSTDIR\${CLI}"
    Call ${un}Closed
  ${EndIf}
  ${If} $0 = 0
    Return
  ${EndIf}
  ${If} $9 > 0
    IntOp $9 $9 - 1
    Sleep 500
    Goto again
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(CLOSE_FIRST)" /SD IDCANCEL IDRETRY again
FunctionEnd

Function ${un}Closed                   ; whether the program $1 does not run
  StrCpy $0 0
  ${IfNot} ${FileExists} "$1"
    Return
  ${EndIf}
  ClearErrors
  FileOpen $2 "$1" a                   ; refused as long as it runs
  ${If} ${Errors}
    StrCpy $0 1
    Return
  ${EndIf}
  FileClose $2
FunctionEnd

Function ${un}Move                     ; $1 to $2; a scanner may hold it for a while
  StrCpy $0 0
  ${IfNot} ${FileExists} "$1"
    Return
  ${EndIf}
  StrCpy $3 40
  again:
  ClearErrors
  Rename "$1" "$2"
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  IntOp $3 $3 - 1
  ${If} $3 > 0
    Sleep 250
    Goto again
  ${EndIf}
  StrCpy $0 1
FunctionEnd

Function ${un}Clear                    ; no file and no folder $1, however long held
  StrCpy $3 40
  again:
  StrCpy $0 0
  RMDir /r "$1"
  Delete "$1"
  ${IfNot} ${FileExists} "$1"
    Return
  ${EndIf}
  StrCpy $0 1
  IntOp $3 $3 - 1
  ${If} $3 > 0
    Sleep 250
    Goto again
  ${EndIf}
FunctionEnd

Function ${un}SelfCheck                ; what the program says of its own parts
  nsExec::Exec /TIMEOUT=180000 '"$INSTDIR\${CLI}" doctor --program'
  Pop $0
FunctionEnd

Function ${un}Commit
  FileOpen $1 "$INSTDIR\${ID}.old\to" r
  FileRead $1 $2
  FileClose $1
  WriteRegStr SHCTX "${UNKEY}" "DisplayVersion" $2
  StrCpy $1 "$INSTDIR\${ID}.old"
  StrCpy $2 "$INSTDIR\${ID}.done"
  RMDir /r $2
  Call ${un}Move                       ; from here on the new version is the version
  ${If} $0 != 0
    Return
  ${EndIf}
  DeleteRegValue SHCTX "${ONCE}" "${ID}"
  RMDir /r "$INSTDIR\${ID}.new"
  RMDir /r "$INSTDIR\${ID}.done"
FunctionEnd

Function ${un}Undo
  StrCpy $0 0
  Delete "$INSTDIR\${ID}.old\swapped"  ; a cut from here on is no finished swap
  ${If} ${FileExists} "$INSTDIR\${ID}.old\first"
    Delete "$INSTDIR\${EXE}"           ; there was no version before
    Delete "$INSTDIR\${CLI}"
    RMDir /r "$INSTDIR\_internal"
    Delete "${MARK}"
  ${EndIf}
  !insertmacro PutBack "${un}" "_internal"
  !insertmacro PutBack "${un}" "${CLI}"
  !insertmacro PutBack "${un}" "${EXE}"
  RMDir /r "$INSTDIR\${ID}.old"
FunctionEnd

Function ${un}Heal                     ; finishes or undoes what was cut off
  StrCpy $0 0
  RMDir /r "$INSTDIR\${ID}.done"
  ${If} ${FileExists} "$INSTDIR\${ID}.old\*.*"
    ${If} ${FileExists} "$INSTDIR\${ID}.old\swapped"
      Call ${un}SelfCheck
      ${If} $0 == 0
        Call ${un}Commit
        Return
      ${EndIf}
    ${EndIf}
    Call ${un}Undo
    ${If} $0 != 0
      Return
    ${EndIf}
  ${EndIf}
  RMDir /r "$INSTDIR\${ID}.new"
  DeleteRegValue SHCTX "${ONCE}" "${ID}"
FunctionEnd

!macroend

!macro Take FROM NAME TO
  StrCpy $1 "$INSTDIR${FROM}\${NAME}"
  StrCpy $2 "$INSTDIR${TO}\${NAME}"
  Call Move
  ${If} $0 != 0
    Return
  ${EndIf}
!macroend

Function Swap                          ; the folder's program out, gridapp.new's in
  ${IfNot} ${FileExists} "$INSTDIR\${EXE}"
    StrCpy $4 "first"
  ${Else}
    StrCpy $4 ""
  ${EndIf}
  CreateDirectory "$INSTDIR\${ID}.old"
  ${If} $4 == "first"
    FileOpen $1 "$INSTDIR\${ID}.old\first" w
    FileClose $1
  ${EndIf}
  FileOpen $1 "$INSTDIR\${ID}.old\to" w
  FileWrite $1 "${VERSION}"
  FileClose $1
  !insertmacro Take "" "${EXE}" "\${ID}.old"
  !insertmacro Take "" "${CLI}" "\${ID}.old"
  !insertmacro Take "" "_internal" "\${ID}.old"
  !insertmacro Take "\${ID}.new" "_internal" ""
  !insertmacro Take "\${ID}.new" "${CLI}" ""
  !insertmacro Take "\${ID}.new" "${EXE}" ""
  FileOpen $1 "$INSTDIR\${ID}.old\swapped" w
  FileClose $1
FunctionEnd
