//@ guard TW_DEFAULT_SETTINGS_H
//@ source default_settings
//@ about the run-time configuration and its default values
#include "twConfig.h"
//@ declarations
