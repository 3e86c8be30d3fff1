//! `twFileTransferCallbacks.h`: Internal dispatcher of the file transfer services; its guard macro is that of twFileManager.h, so including it first hides twFileManager.h.
