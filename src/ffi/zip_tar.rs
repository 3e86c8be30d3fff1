//! `twZipTar.h`: Unpacking of zip and tar.gz archives.
