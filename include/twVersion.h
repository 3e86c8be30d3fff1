/* twVersion.h: a version text for builds that define none. The library itself reports its own: twApi_GetVersion(). */
#ifndef C_SDK_VERSION
#define C_SDK_VERSION "0.0.0.0"
#endif
