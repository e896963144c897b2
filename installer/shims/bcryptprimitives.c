/* test-only stand-in for Windows' bcryptprimitives.dll, which wine 8 lacks: random bytes
   for programs written in Rust. Build with -ladvapi32. */
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID bytes, ULONG count); /* RtlGenRandom */
__declspec(dllexport) BOOL ProcessPrng(PBYTE bytes, SIZE_T count)
{
    return SystemFunction036(bytes, (ULONG)count);
}
