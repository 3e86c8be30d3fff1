//@ guard TW_WRAPPER_EXPORTS_H
//@ source api_wrapper
//@ needs stringUtils.h twApi.h twFileManager.h
//@ about flat data blocks for language bindings
//@ declarations
