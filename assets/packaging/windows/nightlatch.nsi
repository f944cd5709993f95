; The setup of Nightlatch for one user, who needs no administrator rights.
;
; app/packages/windows defines VERSION, PICTURES, TREE, OUTFILE, SIZE_KB, and SIGN if the
; uninstaller is to be signed. It writes files.nsh with the macros INSTALL_FILES and
; DELETE_FILES.
;
; Exit codes: 0 done, 1 cancelled, 2 an error, 3 the program is running, 4 a newer version
; is installed, 5 the computer has Nightlatch for all users, 6 a Windows that is too old.

Target amd64-unicode
SetCompressor /SOLID lzma
!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include WordFunc.nsh
!include WinVer.nsh
!include "${FILES}"
!include "${SCRIPTS}/path.nsh"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Nightlatch"
!define SETTINGS "Software\Nightlatch\Setup"
!define DATA "$LOCALAPPDATA\Nightlatch"
!define HOMEPAGE "https://nightlatch.org"
!define PUBLISHER "Nightlatch"

Name "Nightlatch"
Caption "Nightlatch ${VERSION} Setup"
BrandingText " "
OutFile "${OUTFILE}"
InstallDir "$LOCALAPPDATA\Programs\Nightlatch"
InstallDirRegKey HKCU "${SETTINGS}" "Folder"
RequestExecutionLevel user
ManifestSupportedOS Win10
ManifestDPIAware true
!ifdef SIGN
!uninstfinalize "${SIGN}"
!endif

VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=1033 ProductName "Nightlatch"
VIAddVersionKey /LANG=1033 ProductVersion "${VERSION}"
VIAddVersionKey /LANG=1033 FileVersion "${VERSION}"
VIAddVersionKey /LANG=1033 FileDescription "Nightlatch Setup"
VIAddVersionKey /LANG=1033 CompanyName "${PUBLISHER}"
VIAddVersionKey /LANG=1033 LegalCopyright "Apache License 2.0"

; The pictures are drawn for 100 % and for 200 %. USE_LARGE_PICTURES chooses before a page
; is shown.
!define MUI_ICON "${PICTURES}/nightlatch.ico"
!define MUI_UNICON "${PICTURES}/nightlatch.ico"
!define MUI_HEADERIMAGE
!define MUI_HEADERIMAGE_RIGHT
!define MUI_HEADERIMAGE_BITMAP "${PICTURES}/header.bmp"
!define MUI_HEADERIMAGE_BITMAP_STRETCH AspectFitHeight
!define MUI_HEADERIMAGE_UNBITMAP "${PICTURES}/header.bmp"
!define MUI_HEADERIMAGE_UNBITMAP_STRETCH AspectFitHeight
!define MUI_WELCOMEFINISHPAGE_BITMAP "${PICTURES}/wizard.bmp"
!define MUI_WELCOMEFINISHPAGE_BITMAP_STRETCH AspectFitHeight
!define MUI_UNWELCOMEFINISHPAGE_BITMAP "${PICTURES}/wizard.bmp"
!define MUI_UNWELCOMEFINISHPAGE_BITMAP_STRETCH AspectFitHeight
!define MUI_CUSTOMFUNCTION_GUIINIT LargePictures
!define MUI_ABORTWARNING

!define MUI_WELCOMEPAGE_TITLE "Install Nightlatch ${VERSION}"
!define MUI_WELCOMEPAGE_TEXT "Nightlatch shows whether you could still sign in if your phone died now, and helps you to set up text messages, an authenticator app, security keys and backup codes.$\r$\n$\r$\nSetup installs it for you alone. You need no administrator rights. Accounts that you have already are kept.$\r$\n$\r$\nChoose Next to continue."
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${TREE}/LICENSE.txt"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TITLE "Nightlatch ${VERSION} is installed"
!define MUI_FINISHPAGE_TEXT "You find it in the Start menu. Your data is in ${DATA}."
!define MUI_FINISHPAGE_RUN "$INSTDIR\nightlatch.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Open Nightlatch"
!insertmacro MUI_PAGE_FINISH

!define MUI_UNCONFIRMPAGE_TEXT_TOP "The program is removed. Your accounts and settings stay in ${DATA}."
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!define MUI_FINISHPAGE_TITLE "Nightlatch is removed"
!define MUI_FINISHPAGE_TEXT "Your accounts and settings are still in ${DATA}. A later installation uses them again.$\r$\n$\r$\nIf nobody needs them, delete that folder. Deleted accounts do not come back without a backup."
!define MUI_FINISHPAGE_LINK "Show the folder with the data"
!define MUI_FINISHPAGE_LINK_LOCATION "${DATA}"
!insertmacro MUI_UNPAGE_FINISH

!insertmacro MUI_LANGUAGE English

; The interface of NSIS has one picture of each kind in its temporary folder. On a screen
; of 150 % and more the larger one takes its place.
Function LargePictures
	System::Call 'user32::GetDC(p 0) p .r0'
	System::Call 'gdi32::GetDeviceCaps(p r0, i 88) i .r1' ; LOGPIXELSX
	System::Call 'user32::ReleaseDC(p 0, p r0)'
	${If} $1 >= 144
		InitPluginsDir
		File "/oname=$PLUGINSDIR\modern-wizard.bmp" "${PICTURES}/wizard-200.bmp"
		File "/oname=$PLUGINSDIR\modern-header.bmp" "${PICTURES}/header-200.bmp"
		SetBrandingImage /IMGID=1046 /RESIZETOFIT "$PLUGINSDIR\modern-header.bmp"
	${EndIf}
FunctionEnd

; RefuseWhileRunning ends setup while a program in $R9 runs: Windows lets nobody write to
; its file then. Opening it changes nothing.
!macro REFUSE_WHILE_RUNNING un
Function ${un}RefuseWhileRunning
	again:
	ClearErrors
	${If} ${FileExists} "$R9\nightlatch.exe"
		FileOpen $0 "$R9\nightlatch.exe" a
		${If} ${Errors}
			MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Nightlatch is running, so its files cannot be replaced. Close its window and choose Retry. Nothing was changed." /SD IDCANCEL IDRETRY again
			SetErrorLevel 3
			Quit
		${EndIf}
		FileClose $0
	${EndIf}
FunctionEnd
!macroend
!insertmacro REFUSE_WHILE_RUNNING ""
!insertmacro REFUSE_WHILE_RUNNING "un."

Function .onInit
	${IfNot} ${AtLeastWin10} ; one with 32 bits does not start this setup
		MessageBox MB_OK|MB_ICONSTOP "Nightlatch needs Windows 10 or later. Nothing was changed." /SD IDOK
		SetErrorLevel 6
		Quit
	${EndIf}
	SetRegView 64
	SetShellVarContext current
	ReadRegStr $0 HKLM "Software\Nightlatch\Setup" "Folder"
	${If} $0 != ""
		MessageBox MB_OK|MB_ICONSTOP "Nightlatch is installed for all users of this computer, in $0. An administrator keeps it up to date. Nothing was changed." /SD IDOK
		SetErrorLevel 5
		Quit
	${EndIf}
	ReadRegStr $0 HKCU "${UNINSTALL}" "DisplayVersion"
	${If} $0 != ""
		${VersionCompare} "$0" "${VERSION}" $1
		${If} $1 == 1
			MessageBox MB_OK|MB_ICONSTOP "Nightlatch $0 is installed, which is newer than ${VERSION}. Its data may be unreadable to an older version. To go back, uninstall it and restore a backup. Nothing was changed." /SD IDOK
			SetErrorLevel 4
			Quit
		${EndIf}
	${EndIf}
	ReadRegStr $R9 HKCU "${SETTINGS}" "Folder"
	Call RefuseWhileRunning
	ReadRegDWORD $0 HKCU "${SETTINGS}" "Terminal"
	${GetParameters} $1
	ClearErrors
	${GetOptions} $1 "/TERMINAL" $2
	${IfNot} ${Errors}
		StrCpy $0 1
	${EndIf}
	Call ChooseTerminal
FunctionEnd

Section "Nightlatch" SecProgram
	SectionIn RO
	StrCpy $R9 $INSTDIR
	Call RefuseWhileRunning
	; The older version removes its own files: it knows which. Menus and settings stay.
	ReadRegStr $R8 HKCU "${SETTINGS}" "Folder"
	${If} $R8 != ""
	${AndIf} ${FileExists} "$R8\uninstall.exe"
		DetailPrint "Removing the installed version"
		ClearErrors
		ExecWait '"$R8\uninstall.exe" /S /UPGRADE _?=$R8' $0
		${If} ${Errors}
		${OrIf} $0 != 0
			MessageBox MB_OK|MB_ICONSTOP "The installed version could not be removed from $R8 (code $0). Uninstall it in the Settings of Windows, and start setup again. Your data is kept." /SD IDOK
			SetErrorLevel 2
			Quit
		${EndIf}
		Delete "$R8\uninstall.exe"
		${If} $R8 != $INSTDIR
			RMDir "$R8"
		${EndIf}
	${EndIf}
	ClearErrors
	!insertmacro INSTALL_FILES
	SetOutPath "$INSTDIR"
	WriteUninstaller "$INSTDIR\uninstall.exe"
	${If} ${Errors}
		MessageBox MB_OK|MB_ICONSTOP "The files could not be written to $INSTDIR. Choose a folder that you may write to." /SD IDOK
		SetErrorLevel 2
		Quit
	${EndIf}
	CreateShortcut "$SMPROGRAMS\Nightlatch.lnk" "$INSTDIR\nightlatch.exe" "" "$INSTDIR\nightlatch.exe" 0 SW_SHOWNORMAL "" "Two-factor authentication on this computer"
	CreateShortcut "$SMPROGRAMS\Nightlatch Lab.lnk" "$INSTDIR\nightlatch.exe" "--lab" "$INSTDIR\nightlatch.exe" 0 SW_SHOWNORMAL "" "Practise with a simulated phone, mailbox and security key"
	WriteRegStr HKCU "${SETTINGS}" "Folder" "$INSTDIR"
	WriteRegDWORD HKCU "${SETTINGS}" "Terminal" 0
	WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Nightlatch"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
	WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\nightlatch.exe,0"
	WriteRegStr HKCU "${UNINSTALL}" "Publisher" "${PUBLISHER}"
	WriteRegStr HKCU "${UNINSTALL}" "URLInfoAbout" "${HOMEPAGE}"
	WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
	WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
	WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
	WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" ${SIZE_KB}
	WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
	WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section /o "Terminal commands" SecTerminal
	WriteRegDWORD HKCU "${SETTINGS}" "Terminal" 1
	StrCpy $R9 $INSTDIR
	Call AddToPath
SectionEnd

Section /o "Icon on the desktop" SecDesktop
	CreateShortcut "$DESKTOP\Nightlatch.lnk" "$INSTDIR\nightlatch.exe"
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
	!insertmacro MUI_DESCRIPTION_TEXT ${SecProgram} "The program, with its entries in the Start menu."
	!insertmacro MUI_DESCRIPTION_TEXT ${SecTerminal} "Adds the folder to your PATH, so that nightlatch works in every terminal."
	!insertmacro MUI_DESCRIPTION_TEXT ${SecDesktop} "Puts an icon on your desktop."
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; ChooseTerminal selects the section if $0 is 1: the last installation had it, or the
; command line asks for it.
Function ChooseTerminal
	${If} $0 == 1
		!insertmacro SelectSection ${SecTerminal}
	${EndIf}
FunctionEnd

Function un.onInit
	SetRegView 64
	SetShellVarContext current
FunctionEnd

Section "Uninstall"
	StrCpy $R9 $INSTDIR
	Call un.RefuseWhileRunning
	!insertmacro DELETE_FILES
	Call un.RemoveFromPath
	${GetParameters} $0
	ClearErrors
	${GetOptions} $0 "/UPGRADE" $1
	${If} ${Errors}
		Delete "$SMPROGRAMS\Nightlatch.lnk"
		Delete "$SMPROGRAMS\Nightlatch Lab.lnk"
		Delete "$DESKTOP\Nightlatch.lnk"
		DeleteRegKey HKCU "${UNINSTALL}"
		DeleteRegKey HKCU "${SETTINGS}"
		DeleteRegKey /ifempty HKCU "Software\Nightlatch"
		Delete "$INSTDIR\uninstall.exe"
		SetOutPath "$TEMP"
		RMDir "$INSTDIR"
		DetailPrint "Your accounts and settings stay in ${DATA}."
	${EndIf}
	SetErrorLevel 0
SectionEnd
