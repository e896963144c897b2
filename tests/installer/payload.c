/* A stand-in for the program in the tests of Setup: real, small, told what to do.
     gridapp.exe --version         prints VERSION
     gridapp.exe doctor --program  ends with the number in _internal\verdict; waits before that
                                   as long as _internal\wait is there
     gridapp.exe hold              runs until the file `release` beside it appears
     gridapp.exe hold FOLDER       meanwhile nobody can move or remove that folder
     otherwise                     appends its version and arguments to `started` beside it
   The tests compile it with mingw. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static wchar_t folder[4096];

static FILE *beside(const wchar_t *name, const wchar_t *mode)
{
    wchar_t path[4200];
    wcscpy(path, folder);
    wcscat(path, name);
    return _wfopen(path, mode);
}

static int there(const wchar_t *name)
{
    FILE *file = beside(name, L"r");
    if (file) fclose(file);
    return file != NULL;
}

int wmain(int count, wchar_t **words)
{
    int verdict = 9;
    FILE *file;
    GetModuleFileNameW(NULL, folder, 4096);
    *wcsrchr(folder, L'\\') = 0;
    if (count > 1 && !wcscmp(words[1], L"--version")) {
        printf("%s\n", VERSION);
        return 0;
    }
    if (count > 1 && !wcscmp(words[1], L"doctor")) {
        while (there(L"\\_internal\\wait")) Sleep(50);
        if ((file = beside(L"\\_internal\\verdict", L"r"))) {
            fscanf(file, "%d", &verdict);
            fclose(file);
        }
        return verdict;
    }
    if (count > 1 && !wcscmp(words[1], L"hold")) {
        if (count > 2
            && CreateFileW(words[2], GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                           NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL)
                   == INVALID_HANDLE_VALUE)
            return 1;
        if ((file = beside(L"\\held", L"w"))) fclose(file);
        while (!there(L"\\release")) Sleep(50);
        return 0;
    }
    if ((file = beside(L"\\started", L"a"))) {
        fprintf(file, "%s", VERSION);
        for (int i = 1; i < count; i++) fprintf(file, " %ls", words[i]);
        fprintf(file, "\n");
        fclose(file);
    }
    return 0;
}
