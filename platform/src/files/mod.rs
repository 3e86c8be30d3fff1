//! File transfers: the services of devices as functions, and the subsystem that runs whole transfers with them.

mod calls;
mod job;
mod repository;
mod subsystem;
mod transfer;

pub use calls::{Block, DeviceFiles, Directory, FileInfo, TransferMode, TransferSettings};
pub use job::{Job, JobState, Place};
pub use transfer::TransferError;

pub(crate) use repository::Repositories;
pub(crate) use subsystem::{COPY, SUBSYSTEM, copy};
