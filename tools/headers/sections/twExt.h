//@ guard TW_C_SDK_TWEXT_H
//@ source ext
//@ needs twConstants.h twFileManager.h twPrimitiveUtils.h twShapes.h twStandardProps.h twThreadUtils.h twZipTar.h
//@ about the extension layer with everything below it
//@ not-forwarded
//@ declarations
/* Names of later releases and of the public help. */
#define twExt_Api_InvokeService twApi_InvokeService
#define twExt_LoadShapeLibrary twExt_LoadExtensionLibrary
#define twLoadShapeLibrary twExt_LoadExtensionLibrary
#define twCreateThingFromTemplate twExt_CreateThingFromTemplate
#define twExt_DataShape twDataShape
#define twExt_InfoTable twInfoTable
#define twExt_InfoTableRow twInfoTableRow
#define twExt_InfoTable_CreateRowFromEntries twInfoTable_CreateRowFromEntries
#define twExt_InfoTable_CreateInfoTableFromRows twInfoTable_CreateInfoTableFromRows
#define NO_SHAPE_NAME TW_NO_SHAPE_NAME
#define PUSH_TYPE_ALWAYS TW_PUSH_TYPE_ALWAYS
#define PUSH_TYPE_VALUE TW_PUSH_TYPE_VALUE
#define PUSH_THRESHOLD_NONE TW_PUSH_THRESHOLD_NONE
