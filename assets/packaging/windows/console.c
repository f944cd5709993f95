/* nightlatch.com: what runs when somebody types nightlatch in a terminal.

   nightlatch.exe is a program with a window, so that a double-click opens no console. A
   shell neither waits for such a program nor gives it the console. Shells prefer .com to
   .exe, so they start this program: it starts nightlatch.exe, gives it the console, the
   pipes and the files, waits, and returns its exit status. */
#include <windows.h>

#define LONGEST 32768 /* of a path and of a command line, in UTF-16 code units */

static wchar_t program[LONGEST], line[LONGEST];

static int fail(const char *what)
{
	char text[256];
	DWORD written;
	int n = wsprintfA(text, "nightlatch: %s (error %lu of Windows)\r\n", what, GetLastError());
	WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, n, &written, NULL);
	return 1;
}

/* Ctrl+C also reaches nightlatch.exe, which stops in its own time. */
static BOOL WINAPI leave_it(DWORD event)
{
	if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
		Sleep(INFINITE); /* the console closes: Windows ends this process in some seconds */
	return TRUE;
}

/* Pipes and files are passed on. nightlatch.exe opens the console itself: a console's handle
   is valid only in a process that is attached to it. */
static HANDLE passed(DWORD which)
{
	DWORD mode;
	HANDLE h = GetStdHandle(which);
	if (h == NULL || h == INVALID_HANDLE_VALUE || GetConsoleMode(h, &mode))
		return NULL;
	SetHandleInformation(h, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
	return h;
}

/* arguments returns the command line after the program's name. */
static const wchar_t *arguments(const wchar_t *p)
{
	if (*p == L'"') {
		for (p++; *p != 0 && *p != L'"'; p++)
			;
		return *p != 0 ? p + 1 : p;
	}
	while (*p != 0 && *p != L' ' && *p != L'\t')
		p++;
	return p;
}

int wmain(void)
{
	const wchar_t *rest = arguments(GetCommandLineW());
	DWORD length = GetModuleFileNameW(NULL, program, LONGEST), status;
	STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
	PROCESS_INFORMATION made;

	if (length < 4 || length >= LONGEST)
		return fail("its own path is not known");
	lstrcpyW(program + length - 4, L".exe");
	if (length + lstrlenW(rest) + 4 > LONGEST) {
		SetLastError(ERROR_BAD_LENGTH);
		return fail("the command line is too long");
	}
	lstrcpyW(line, L"\"");
	lstrcatW(line, program);
	lstrcatW(line, L"\"");
	lstrcatW(line, rest);
	start.hStdInput = passed(STD_INPUT_HANDLE);
	start.hStdOutput = passed(STD_OUTPUT_HANDLE);
	start.hStdError = passed(STD_ERROR_HANDLE);
	SetConsoleCtrlHandler(leave_it, TRUE);
	SetEnvironmentVariableW(L"NIGHTLATCH_CONSOLE", L"1");
	if (!CreateProcessW(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made))
		return fail("nightlatch.exe could not be started. It must be in the same folder as nightlatch.com");
	WaitForSingleObject(made.hProcess, INFINITE);
	if (!GetExitCodeProcess(made.hProcess, &status))
		return fail("the exit status is not known");
	return (int)status;
}
