//@ guard TW_C_SDK_TWPASSWDS_H
//@ source passwds
//@ about how a secret is handed to the SDK
//@ declarations
