//! The subsystem that runs transfers between things and repositories.

use super::calls::DeviceFiles;
use super::job::{Job, JobState, Place};
use super::transfer::{TransferError, checksum};
use crate::core::Core;
use crate::service::{Answer, ServiceCall};
use crate::thing::now;
use std::sync::Arc;
use tokio::runtime::Handle;
use twedge::model::{Text, Value};
use twedge::wire::MessageCode;

/// Its name.
pub(crate) const SUBSYSTEM: &str = "FileTransferSubsystem";
/// The service that runs a transfer.
pub(crate) const COPY: &str = "Copy";

/// Answers `Copy`: runs the transfer, or with `async` lets it run. Must be called on a thread of the runtime that may block.
pub(crate) fn copy(core: &Arc<Core>, call: &ServiceCall) -> Answer {
    let place = |prefix: &str| {
        let text = |what: &str| {
            let text = call.param(&format!("{prefix}{what}")).and_then(Value::as_text);
            text.map(|text| text.to_string_lossy().into_owned())
        };
        Some(Place { repository: text("Repo")?, path: text("Path")?, file: text("File")? })
    };
    let (Some(source), Some(mut target)) = (place("source"), place("target")) else {
        return Answer::error(MessageCode::BAD_REQUEST, "Copy needs source and target, each with Repo, Path and File");
    };
    if target.file.is_empty() {
        target.file.clone_from(&source.file);
    }
    for place in [&source, &target] {
        let is_known = |state: &crate::core::State| {
            state.repositories.exists(&place.repository) || is_thing(state, &place.repository)
        };
        if !core.read(is_known) {
            let reason = format!("there is no thing or repository {}", place.repository);
            return Answer::error(MessageCode::NOT_FOUND, reason);
        }
    }
    let mut job = Job::new(&core.update(|state| state.repositories.new_job()), source, target);
    job.user.clone_from(&call.user);
    job.is_async = matches!(call.param("async"), Some(Value::Boolean(true)));
    job.start_time = now();
    core.update(|state| state.repositories.record(&job));
    if !job.is_async {
        return Answer::table(run(core, job).table());
    }
    let answer = Answer::table(job.table());
    let core = core.clone();
    tokio::task::spawn_blocking(move || run(&core, job));
    answer
}

fn is_thing(state: &crate::core::State, name: &str) -> bool {
    state.things.get(&Text::from(name)).is_some()
}

/// Runs a transfer to its end: from a device, to a device, or one after the other.
fn run(core: &Arc<Core>, mut job: Job) -> Job {
    job.state = JobState::Active;
    core.update(|state| state.repositories.record(&job));
    if let Err(error) = transfer(core, &mut job) {
        job.state = JobState::Error;
        job.message = error.to_string();
        log::warn!("transfer {}: {error}", job.transfer_id);
    }
    job.end_time = now();
    core.update(|state| state.repositories.record(&job));
    job
}

fn transfer(core: &Arc<Core>, job: &mut Job) -> Result<(), TransferError> {
    let thing = |name: &str| core.read(|state| is_thing(state, name)).then(|| files_of(core, name));
    let content = match thing(&job.source.repository) {
        Some(device) => device.upload(job)?,
        None => {
            let path = job.source.full_path();
            let content = core.read(|state| state.repositories.get(&job.source.repository, &path));
            content.ok_or(TransferError::NoFile(path))?
        }
    };
    match thing(&job.target.repository) {
        Some(device) => {
            job.bytes_transferred = 0;
            device.download(job, &content, false)?;
        }
        None => {
            job.source_checksum = checksum(&content);
            job.target_checksum.clone_from(&job.source_checksum);
            let path = job.target.full_path();
            core.update(|state| state.repositories.put(&job.target.repository, &path, content));
        }
    }
    job.state = JobState::Validated;
    Ok(())
}

/// The files of a thing, for a thread of the runtime that may block.
fn files_of(core: &Arc<Core>, thing: &str) -> DeviceFiles<'static> {
    let (core, thing, runtime) = (core.clone(), Text::from(thing), Handle::current());
    DeviceFiles::new(move |service, params| {
        let timeout = core.config().timers.request;
        runtime.block_on(core.call_device(&thing, service, params, timeout))
    })
}
