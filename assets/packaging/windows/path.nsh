; AddToPath and un.RemoveFromPath change the PATH of the user by the folder in $R9.
;
; Strings of NSIS end after 1023 characters, and many PATHs are longer: reading one into a
; variable and writing it back would cut it. So the text stays in memory of Windows, and
; keeps its type (REG_SZ or REG_EXPAND_SZ).

!define HKEY_CURRENT_USER 0x80000001
!define KEY_READ_WRITE 0x2001F
!define REG_EXPAND_SZ 2

; OPEN_PATH opens HKCU\Environment as $0 and reads PATH into the memory $1, with space for
; 2048 characters more. $2 is its type. $1 is 0 if the PATH cannot be read.
!macro OPEN_PATH
	StrCpy $1 0
	System::Call 'advapi32::RegCreateKeyExW(p ${HKEY_CURRENT_USER}, w "Environment", i 0, p 0, i 0, i ${KEY_READ_WRITE}, p 0, *p .r0, p 0) i .r3'
	${If} $3 == 0
		StrCpy $2 ${REG_EXPAND_SZ}
		StrCpy $4 0
		System::Call 'advapi32::RegQueryValueExW(p r0, w "Path", p 0, *i .r2, p 0, *i .r4) i .r3'
		${If} $3 != 0
			StrCpy $2 ${REG_EXPAND_SZ}
			StrCpy $4 0
		${EndIf}
		IntOp $4 $4 + 4100
		System::Call 'kernel32::GlobalAlloc(i 0x40, p r4) p .r1' ; zeros
		${If} $3 == 0
			System::Call 'advapi32::RegQueryValueExW(p r0, w "Path", p 0, *i .r2, p r1, *i r4) i .r3'
			${If} $3 != 0 ; never replace a PATH that was not read
				System::Call 'kernel32::GlobalFree(p r1)'
				StrCpy $1 0
			${EndIf}
		${EndIf}
	${EndIf}
!macroend

; WRITE_PATH writes the memory $1, and tells running programs.
!macro WRITE_PATH
	System::Call 'kernel32::lstrlenW(p r1) i .r4'
	IntOp $4 $4 + 1
	IntOp $4 $4 * 2
	System::Call 'advapi32::RegSetValueExW(p r0, w "Path", i 0, i r2, p r1, i r4) i .r3'
	SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
!macroend

!macro CLOSE_PATH
	${If} $1 != 0
		System::Call 'kernel32::GlobalFree(p r1)'
	${EndIf}
	System::Call 'advapi32::RegCloseKey(p r0)'
!macroend

; FIND_IN_PATH sets $5 to the address of the folder as a whole entry, or 0.
!macro FIND_IN_PATH
	StrLen $6 $R9
	StrCpy $7 $1
	${Do}
		System::Call 'shlwapi::StrStrIW(p r7, w R9) p .r5'
		${If} $5 == 0
			${ExitDo}
		${EndIf}
		IntOp $7 $6 * 2
		IntPtrOp $7 $5 + $7
		System::Call '*$7(&i2 .r8)' ; what follows: a semicolon, or the end
		StrCpy $9 59
		${If} $5 != $1
			IntPtrOp $9 $5 - 2
			System::Call '*$9(&i2 .r9)'
		${EndIf}
		${If} $9 == 59
			${If} $8 == 59
			${OrIf} $8 == 0
				${ExitDo}
			${EndIf}
		${EndIf}
	${Loop}
!macroend

Function AddToPath
	!insertmacro OPEN_PATH
	${If} $1 != 0
		!insertmacro FIND_IN_PATH
		${If} $5 == 0
			System::Call 'kernel32::lstrlenW(p r1) i .r4'
			${If} $4 != 0
				System::Call 'kernel32::lstrcatW(p r1, w ";")'
			${EndIf}
			System::Call 'kernel32::lstrcatW(p r1, w R9)'
			!insertmacro WRITE_PATH
		${EndIf}
	${EndIf}
	!insertmacro CLOSE_PATH
FunctionEnd

Function un.RemoveFromPath
	!insertmacro OPEN_PATH
	${If} $1 != 0
		!insertmacro FIND_IN_PATH
		${If} $5 != 0
			; One semicolon goes with the entry: the one after it, else the one before.
			${If} $8 == 59
				IntPtrOp $7 $7 + 2
			${ElseIf} $5 != $1
				IntPtrOp $5 $5 - 2
			${EndIf}
			System::Call 'kernel32::lstrlenW(p r7) i .r4'
			IntOp $4 $4 + 1
			IntOp $4 $4 * 2
			System::Call 'ntdll::RtlMoveMemory(p r5, p r7, p r4)'
			!insertmacro WRITE_PATH
		${EndIf}
	${EndIf}
	!insertmacro CLOSE_PATH
FunctionEnd
