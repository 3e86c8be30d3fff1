//! The platform's own files.

use super::job::Job;
use std::collections::BTreeMap;

/// The repository that every platform has.
const SYSTEM_REPOSITORY: &str = "SystemRepository";

/// Files by repository and path, and the transfers.
pub(crate) struct Repositories {
    files: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    jobs: BTreeMap<String, Job>,
    next_job: u64,
}

impl Default for Repositories {
    fn default() -> Self {
        let files = BTreeMap::from([(SYSTEM_REPOSITORY.to_owned(), BTreeMap::new())]);
        Self { files, jobs: BTreeMap::new(), next_job: 1 }
    }
}

/// One form of a path.
fn normal(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

impl Repositories {
    pub fn exists(&self, repository: &str) -> bool {
        self.files.contains_key(repository)
    }

    pub fn put(&mut self, repository: &str, path: &str, content: Vec<u8>) {
        self.files.entry(repository.to_owned()).or_default().insert(normal(path), content);
    }

    pub fn get(&self, repository: &str, path: &str) -> Option<Vec<u8>> {
        self.files.get(repository)?.get(&normal(path)).cloned()
    }

    /// An id for a transfer.
    pub fn new_job(&mut self) -> String {
        let id = format!("transfer-{}", self.next_job);
        self.next_job += 1;
        id
    }

    pub fn record(&mut self, job: &Job) {
        self.jobs.insert(job.transfer_id.clone(), job.clone());
    }

    pub fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.get(id)
    }
}
