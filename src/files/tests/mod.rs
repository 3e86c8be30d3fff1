//! The services, called as the platform calls them.

mod browsing;
mod changing;
mod cleaning;
mod links;
mod transferring;

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;

use super::{DirectoryOptions, FileManager, FileSettings, OpenFile, TransferInfo, Watcher};
use crate::connection::Reply;
use crate::model::{InfoTable, Text, Value};
use crate::wire::MessageCode;

/// Writes down what it is told.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn tell(&self, what: String) {
        self.0.lock().unwrap().push(what);
    }
}

impl Watcher for Recorder {
    fn opened(&self, file: &Arc<OpenFile>) {
        self.tell(format!("opened {}", file.path()));
    }

    fn closed(&self, file: &OpenFile) {
        self.tell(format!("closed {}", file.path()));
    }

    fn finished(&self, received: bool, info: &TransferInfo) {
        let text = |text: &Option<Text>| text.as_ref().map_or("-".to_owned(), Text::to_string);
        self.tell(format!("finished {received} {} {}", text(&info.target_file), text(&info.state)));
    }
}

/// A thing `T` with a virtual directory `logs`.
struct Device {
    folder: TempDir,
    files: FileManager,
    told: Recorder,
    settings: Arc<Mutex<FileSettings>>,
}

impl Device {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let told = Recorder::default();
        let settings = Arc::new(Mutex::new(FileSettings { block_size: 8, ..FileSettings::default() }));
        let asked = settings.clone();
        let current = move || asked.lock().unwrap().clone();
        let files = FileManager::new(&folder.path().join("staging"), current, told.clone()).unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        files.add_directory("T", "logs", folder.path().join("logs"), DirectoryOptions::default());
        Self { folder, files, told, settings }
    }

    /// A real path below the temporary folder.
    fn real(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, content: &str) {
        fs::write(self.real(path), content).unwrap();
    }

    fn read(&self, path: &str) -> String {
        String::from_utf8(fs::read(self.real(path)).unwrap()).unwrap()
    }

    fn staged(&self, path: &str) -> String {
        self.read(&format!("staging/T.logs.{path}.part"))
    }

    fn set(&self, change: impl FnOnce(&mut FileSettings)) {
        change(&mut self.settings.lock().unwrap());
    }

    /// From now on whatever is open has been idle for too long.
    fn let_idle(&self) {
        self.set(|settings| settings.idle_limit = Duration::ZERO);
        // The clock that is compared with must have moved on.
        let start = std::time::Instant::now();
        while start.elapsed().is_zero() {}
    }

    fn call(&self, service: &str, params: &[(&str, Value)]) -> Reply {
        self.call_for("T", service, params)
    }

    fn call_for(&self, thing: &str, service: &str, params: &[(&str, Value)]) -> Reply {
        let params = (!params.is_empty()).then(|| InfoTable::row_of(params.iter().cloned()));
        self.files.serve(&thing.into(), service.as_bytes(), params.as_ref())
    }

    fn code(&self, service: &str, params: &[(&str, Value)]) -> MessageCode {
        self.call(service, params).code
    }

    /// Of a service with a path alone.
    fn code_at(&self, service: &str, path: &str) -> MessageCode {
        self.code(service, &[("path", text(path))])
    }

    fn start(&self, path: &str, mode: &str, tid: &str) -> MessageCode {
        self.code("StartFileTransfer", &[("path", text(path)), ("mode", text(mode)), ("tid", text(tid))])
    }

    fn block(&self, path: &str, offset: f64, count: i32) -> Reply {
        let count = Value::Integer(count);
        let params = [("path", text(path)), ("offset", Value::Number(offset)), ("count", count), ("tid", text("r"))];
        self.call("ReadFromBinaryFile", &params)
    }

    fn put(&self, path: &str, offset: Option<f64>, data: &str) -> MessageCode {
        let mut params = vec![("path", text(path)), ("data", Value::blob(data.as_bytes()))];
        params.extend(offset.map(|offset| ("offset", Value::Number(offset))));
        self.code("WriteToBinaryFile", &params)
    }

    fn end(&self, service: &str, job: &[(&str, Value)]) -> MessageCode {
        let job = InfoTable::row_of(job.iter().cloned());
        self.code(service, &[("job", Value::InfoTable(Box::new(job)))])
    }
}

fn text(text: &str) -> Value {
    Value::string(text)
}

/// The cells of all rows of one column, as texts.
fn column(reply: &Reply, name: &str) -> Vec<String> {
    let table = reply.content.as_ref().unwrap();
    let cell = |row| match table.get(row, name.as_bytes()).unwrap() {
        Value::Text(_, text) => text.to_string(),
        Value::Number(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    (0..table.rows.len()).map(cell).collect()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

const SUCCESS: MessageCode = MessageCode::SUCCESS;
const BAD_REQUEST: MessageCode = MessageCode::BAD_REQUEST;
const FORBIDDEN: MessageCode = MessageCode::FORBIDDEN;
const NOT_FOUND: MessageCode = MessageCode::NOT_FOUND;
const PRECONDITION_FAILED: MessageCode = MessageCode::PRECONDITION_FAILED;
const INTERNAL: MessageCode = MessageCode::INTERNAL_SERVER_ERROR;
