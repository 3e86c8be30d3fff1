//@ guard TW_C_SDK_TWSTANDARDPROPS_H
//@ source standard_props
//@ needs stringUtils.h twApi.h twMap.h twOSPort.h twProperties.h
//@ about values and listeners of standard properties
#include <time.h>
//@ declarations
