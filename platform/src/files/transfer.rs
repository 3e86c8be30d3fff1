//! Whole transfers between a device and the platform, in the order of calls that platforms keep.

use super::calls::{DeviceFiles, TransferMode};
use super::job::{Job, JobState};
use crate::device::DeviceError;
use md5::{Digest, Md5};
use thiserror::Error;

/// Largest block that the platform asks for and sends, in bytes.
const MAX_BLOCK: u64 = 128_000;

/// Why a transfer has failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The device has not done what it was asked for.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// What has arrived is not what was sent.
    #[error("the checksums differ: {source_checksum} and {target_checksum}")]
    Checksum {
        /// Of the source.
        source_checksum: String,
        /// Of the target.
        target_checksum: String,
    },
    /// The device takes no file of that size.
    #[error("the device takes at most {0} bytes")]
    TooLarge(u64),
    /// The device has ended a file early.
    #[error("the file ends at {0}, before its size")]
    Short(u64),
    /// There is no such file in a repository.
    #[error("there is no file {0}")]
    NoFile(String),
}

/// The MD5 of some bytes in lower-case hexadecimal digits.
pub(super) fn checksum(data: &[u8]) -> String {
    Md5::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl DeviceFiles<'_> {
    /// Fetches the source of a job from the device, and tells it how it has ended.
    ///
    /// # Errors
    /// Why it has failed; the job tells it as well.
    pub fn upload(&self, job: &mut Job) -> Result<Vec<u8>, TransferError> {
        job.state = JobState::Active;
        let fetched = self.fetch(job);
        self.tell_end(job, fetched)
    }

    /// Brings the target of a job to the device, and tells it how it has ended. With `resume` it goes on where a former transfer of the
    /// same content has stopped.
    ///
    /// # Errors
    /// Why it has failed; the job tells it as well.
    pub fn download(&self, job: &mut Job, content: &[u8], resume: bool) -> Result<(), TransferError> {
        job.state = JobState::Active;
        let brought = self.bring(job, content, resume);
        self.tell_end(job, brought)
    }

    fn tell_end<T>(&self, job: &mut Job, done: Result<T, TransferError>) -> Result<T, TransferError> {
        match &done {
            Ok(_) => {
                job.state = JobState::Validated;
                self.complete(job)?;
            }
            Err(error) => {
                job.state = JobState::Error;
                job.message = error.to_string();
                // There may be no transfer to be cancelled; the error that counts is the first.
                let _ = self.cancel(job);
            }
        }
        done
    }

    fn fetch(&self, job: &mut Job) -> Result<Vec<u8>, TransferError> {
        let path = job.source.full_path();
        self.start(&path, TransferMode::Read, &job.transfer_id)?;
        let block = self.settings()?.block_size.clamp(1, MAX_BLOCK);
        job.size = self.info(&path)?.size;
        job.source_checksum = self.checksum(&path)?;
        let mut content = Vec::new();
        while (content.len() as u64) < job.size {
            let offset = content.len() as u64;
            let read = self.read(&path, offset, block.min(job.size - offset), &job.transfer_id)?;
            if read.data.is_empty() {
                return Err(TransferError::Short(offset));
            }
            content.extend(read.data);
            job.bytes_transferred = content.len() as u64;
        }
        job.target_checksum = checksum(&content);
        check(job)?;
        Ok(content)
    }

    fn bring(&self, job: &mut Job, content: &[u8], resume: bool) -> Result<(), TransferError> {
        job.size = content.len() as u64;
        job.source_checksum = checksum(content);
        self.start(&job.target.full_path(), TransferMode::Write, &job.transfer_id)?;
        let settings = self.settings()?;
        if job.size > settings.max_file_size {
            return Err(TransferError::TooLarge(settings.max_file_size));
        }
        let staged = job.staging_path();
        let there = self.info(&staged)?.size;
        job.start_position = if resume { there.min(job.size) } else { 0 };
        self.create(&staged, !resume)?;
        let block = usize::try_from(settings.block_size.clamp(1, MAX_BLOCK)).unwrap_or(1);
        let begin = usize::try_from(job.start_position).unwrap_or(0);
        for data in content[begin..].chunks(block) {
            self.write(&staged, job.start_position + job.bytes_transferred, data, &job.transfer_id)?;
            job.bytes_transferred += data.len() as u64;
        }
        job.target_checksum = self.checksum(&staged)?;
        check(job)?;
        self.move_file(&staged, &job.target.full_path(), true)?;
        Ok(())
    }
}

fn check(job: &Job) -> Result<(), TransferError> {
    if job.source_checksum == job.target_checksum {
        return Ok(());
    }
    let (source_checksum, target_checksum) = (job.source_checksum.clone(), job.target_checksum.clone());
    Err(TransferError::Checksum { source_checksum, target_checksum })
}
