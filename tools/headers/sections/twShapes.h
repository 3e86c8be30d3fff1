//@ guard TW_C_SDK_TWSHAPES_H
//@ source shapes
//@ needs stringUtils.h twApi.h twBaseTypes.h twOSPort.h twStandardProps.h
//@ about templates, shapes, extension libraries
#if !defined(__cplusplus) && !defined(true)
#define true 1
#endif
//@ declarations
TW_BEGIN_DECLARATIONS

/** Makes a thing of a template and of the shapes that are named after it; the names end with NULL. Returns an error code. */
int twExt_CreateThingFromTemplate(const char *thingName, const char *templateName, ...);

TW_END_DECLARATIONS
