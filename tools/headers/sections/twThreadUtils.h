//@ guard TW_C_SDK_TWTHREADUTILS_H
//@ source thread_utils
//@ needs twMap.h twOSPort.h
//@ about polled functions and ready-made main loops
//@ declarations
#ifndef __cplusplus
/* As for the authentication handlers of twApi.h: polled functions that return int or take a const char * are common. */
#define TW_POLLED_(f) ((twOnPolled)(void (*)(void))(f))
#define TW_REGISTER_POLLED_TEMPLATE_(f, name) (twExt_RegisterPolledTemplateFunction)(TW_POLLED_(f), name)
#define TW_REGISTER_POLLED_SHAPE_(f, name) (twExt_RegisterPolledShapeFunction)(TW_POLLED_(f), name)
#define twExt_RegisterPolledTemplateFunction(...) TW_REGISTER_POLLED_TEMPLATE_(__VA_ARGS__)
#define twExt_RegisterPolledShapeFunction(...) TW_REGISTER_POLLED_SHAPE_(__VA_ARGS__)
#define twExt_RemovePolledFunction(f) (twExt_RemovePolledFunction)(TW_POLLED_(f))
#endif
