//@ guard TW_WRAPPER_EXPORTS_H
//@ source api_wrapper
//@ needs stringUtils.h twApi.h twFileManager.h
//@ about flat data blocks for language bindings
//@ declarations
TW_BEGIN_DECLARATIONS

#ifndef TW_POOL_COUNTS_
#if !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L
#define TW_POOL_COUNTS_ uint32_t msgHandlerThreadCount, uint32_t apiTaskerThreadCount
#else
#define TW_POOL_COUNTS_
#endif
#endif
/** Starts threads for a host language: so many (uint32_t) that handle messages, and so many (uint32_t) that run
 * twApi_TaskerFunction, of which one is enough. They sleep until there is work. Returns 0, also when there is a pool
 * already, which stays as it is; 102 when not all could be started: then none runs. */
int twW_InitializeThreadPool(TW_POOL_COUNTS_);

TW_END_DECLARATIONS
