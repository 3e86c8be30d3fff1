//@ guard TW_API_H
//@ source api
//@ needs twBaseTypes.h twConnectionInfo.h twDefaultSettings.h twDefinitions.h twDict.h twInfoTable.h twLogger.h
//@ needs twMap.h twMessaging.h twOSPort.h twOfflineMsgStore.h twTasker.h
//@ about the application interface
//@ prototyped twApi_GetApi
#ifndef OFFLINE_MSG_STORE
#define OFFLINE_MSG_STORE 0
#endif
/** A list of property values. */
#define propertyList twList
TW_BEGIN_DECLARATIONS
/** Writes `inlen` bytes as base64 with a NUL behind it to `out`, which has `*outlen` bytes. 0 with the length of the text,
 * without the NUL, in `*outlen`; 6 with the size needed in `*outlen` when `out` is too small; 16 for NULL. */
int base64_encode(const unsigned char *in, unsigned long inlen, unsigned char *out, unsigned long *outlen);
TW_END_DECLARATIONS
//@ declarations
#ifndef __cplusplus
/* Existing programs pass handlers with two parameters, which compilers of today refuse. The cast is only in the call:
 * the address of a function, and C++, see the function itself. Inner macros, so that arguments may come from a macro. */
#define TW_AUTH_HANDLER_(cb) ((authEvent_cb)(void (*)(void))(cb))
#define TW_REGISTER_AUTH_(cb, userdata) (twApi_RegisterOnAuthenticatedCallback)(TW_AUTH_HANDLER_(cb), userdata)
#define TW_UNREGISTER_AUTH_(cb, userdata) (twApi_UnregisterOnAuthenticatedCallback)(TW_AUTH_HANDLER_(cb), userdata)
#define twApi_RegisterOnAuthenticatedCallback(...) TW_REGISTER_AUTH_(__VA_ARGS__)
#define twApi_UnregisterOnAuthenticatedCallback(...) TW_UNREGISTER_AUTH_(__VA_ARGS__)
#endif
