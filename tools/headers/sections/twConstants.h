//@ guard TW_C_SDK_TWCONSTANTS_H
//@ source constants
//@ about names for optional arguments, qualities, aspects, push types and templates
#define TW_NO_DESCRIPTION ((char *)NULL)
#define TW_NO_DATA_SHAPE NULL
#define TW_NO_USER_DATA NULL
#define TW_NO_TIMESTAMP NULL
#define TW_NO_NAMESPACE NULL
#define TW_NO_SHAPE_NAME NULL
#define TW_SHAPE_NAME_NONE NULL
#define TW_NO_RETURN_DATASHAPE NULL
#define TW_NO_PARAMETERS NULL
#define TW_OBSERVE_ALL_PROPERTIES NULL
#define TW_PUSH_ALL_THINGS NULL
//@ declarations
