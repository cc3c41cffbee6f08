; The installer for Windows: for one user, without administrator rights.
;
; makensis -DVERSION=1.2.3-rc.1 -DNUMERIC_VERSION=1.2.3 -DPROGRAMS=folder -DOUTPUT=setup.exe installer.nsi
; With -DSIGN=command the uninstaller is signed: %1 in it is the path.
;
; makensis reads paths from the folder of this file. PROGRAMS holds ustream-downloader.exe and ustream-dl.exe. Options of the installer:
;   /S       silent
;   /UPDATE  run by the app's updater: keep shortcuts as they are
;   /R       start the app afterwards, also if silent
;   /D=PATH  install to PATH

Unicode true
SetCompressor /SOLID lzma
SetCompressorDictSize 32
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS all

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "Win\COM.nsh"
!include "Win\Propkey.nsh"

!define NAME "Ustream Downloader"
!define IDENTIFIER "io.github.ustream-dl"
!define SCHEME "ustream-dl"
!define APP "ustream-downloader.exe"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${IDENTIFIER}"
!define SCHEME_KEY "Software\Classes\${SCHEME}"
; How Microsoft's documentation tells whether WebView2 is installed.
!define WEBVIEW_KEY "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
!define WEBVIEW_PAGE "https://go.microsoft.com/fwlink/p/?LinkId=2124703"

Name "${NAME}"
OutFile "${OUTPUT}"
!ifdef SIGN
  !uninstfinalize `${SIGN}`
!endif
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"

VIProductVersion "${NUMERIC_VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Installs ${NAME}"
VIAddVersionKey "LegalCopyright" "MIT"

!define MUI_ICON "../../../icons/icon.ico"
!define MUI_UNICON "../../../icons/icon.ico"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\${APP}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES

!include "languages.nsh"

Var IsUpdate
Var StartsApp

Function .onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/UPDATE" $1
  ${IfNot} ${Errors}
    StrCpy $IsUpdate 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/R" $1
  ${IfNot} ${Errors}
    StrCpy $StartsApp 1
  ${EndIf}
FunctionEnd

; Waits until the app is closed, since Windows cannot replace a program that runs.
!macro WAIT_FOR_APP FUNCTION
Function ${FUNCTION}
  ${Do}
    ClearErrors
    ${IfNot} ${FileExists} "$INSTDIR\${APP}"
      ${Break}
    ${EndIf}
    FileOpen $0 "$INSTDIR\${APP}" a
    ${IfNot} ${Errors}
      FileClose $0
      ${Break}
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(CLOSE_APP)" /SD IDCANCEL IDRETRY again
    SetErrorLevel 1
    Abort "$(CLOSE_APP)"
    again:
  ${Loop}
FunctionEnd
!macroend
!insertmacro WAIT_FOR_APP WaitForApp
!insertmacro WAIT_FOR_APP un.WaitForApp

; Gives the shortcut the app's id, so that notifications carry its name and icon.
Function SetShortcutId
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("$SMPROGRAMS\${NAME}.lnk",1)'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call 'Oleaut32::SysAllocString(w "${IDENTIFIER}") p.r3'
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r4'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_BSTR},,&i4 $3)p.r5'
        ${IPropertyStore::SetValue} $2 '($4,$5)'
        System::Call 'Oleaut32::SysFreeString(p $3)'
        System::Free $4
        System::Free $5
        ${IPropertyStore::Commit} $2 ""
        ${IUnknown::Release} $2 ""
        ${IPersistFile::Save} $1 '("$SMPROGRAMS\${NAME}.lnk",1)'
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
FunctionEnd

; Offers to get WebView2, which every up-to-date Windows 10 and 11 has.
Function OfferWebView
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW_KEY}" "pv"
  ${If} $0 == ""
    ReadRegStr $0 HKCU "Software\${WEBVIEW_KEY}" "pv"
  ${EndIf}
  ${If} $0 == ""
  ${OrIf} $0 == "0.0.0.0"
    MessageBox MB_YESNO|MB_ICONINFORMATION "$(GET_WEBVIEW)" /SD IDNO IDNO later
    ExecShell "open" "${WEBVIEW_PAGE}"
    later:
  ${EndIf}
FunctionEnd

Section
  Call WaitForApp
  SetOutPath "$INSTDIR"
  ; With a name, `File` does not read a path that begins with a slash as an option.
  File "/oname=${APP}" "${PROGRAMS}/${APP}"
  File "/oname=ustream-dl.exe" "${PROGRAMS}/ustream-dl.exe"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  ${If} $IsUpdate != 1
    CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\${APP}"
    Call SetShortcutId
  ${EndIf}

  WriteRegStr HKCU "${SCHEME_KEY}" "" "URL:${NAME}"
  WriteRegStr HKCU "${SCHEME_KEY}" "URL Protocol" ""
  WriteRegStr HKCU "${SCHEME_KEY}\DefaultIcon" "" '"$INSTDIR\${APP}",0'
  WriteRegStr HKCU "${SCHEME_KEY}\shell\open\command" "" '"$INSTDIR\${APP}" "%1"'

  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${APP}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The ustream-dl authors"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" $0

  Call OfferWebView
SectionEnd

Function .onInstSuccess
  ${If} $StartsApp == 1
    Exec '"$INSTDIR\${APP}"'
  ${EndIf}
FunctionEnd

; Videos, settings and the list of jobs stay: they belong to the user, not to the program.
Section "Uninstall"
  Call un.WaitForApp
  Delete "$INSTDIR\${APP}"
  Delete "$INSTDIR\ustream-dl.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "${SCHEME_KEY}"
SectionEnd
