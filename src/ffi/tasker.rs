//! `twTasker.h`: Round-robin task table.
//!
//! One thread runs the tasks, one after the other. Between two rounds it sleeps until a task is due; for tasks that are
//! SDK functions, until these have work.

mod ticks;

pub use ticks::*;

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::default_settings::TW_MAX_TASKS;
use super::errors::{TW_MAX_TASKS_EXCEEDED, TW_TASK_NOT_FOUND};
use super::guard::guard;
use super::native_thread::NativeThread;
use super::os_port::time;
use super::shared::Shared;
use super::work::{self, Functions, TaskFunction, locked};

/// What tasks and threads run: called with the wall clock in milliseconds and, in threads, the argument given for it.
pub type twTaskFunction = Option<unsafe extern "C" fn(sys_msecs: u64, params: *mut c_void)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twTask {
    pub runTimeIntervalMsec: u32,
    pub nextRunTick: u64,
    pub func: twTaskFunction,
}

/// The slots that C sees.
const PUBLIC_SLOTS: usize = TW_MAX_TASKS as usize;
/// Further ones for the tasks of `twExt_Start`, should the application have taken the public ones.
const SPARE_SLOTS: usize = 4;
const SLOTS: usize = PUBLIC_SLOTS + SPARE_SLOTS;

const FREE: twTask = twTask { runTimeIntervalMsec: 0, nextRunTick: 0, func: None };

/// The table that C sees. Ours to read and write with `TABLE` locked.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
static twTasks: Shared<[twTask; PUBLIC_SLOTS]> = Shared::new([FREE; PUBLIC_SLOTS]);

/// What belongs to the slots beside what C sees.
struct Table {
    spare: [twTask; SPARE_SLOTS],
    /// Ran at least once, so an SDK function need not run again before it has work.
    started: [bool; SLOTS],
    /// Made by `add_own`.
    own: [bool; SLOTS],
    /// Process and thread that run a task of the SDK's own now.
    calling: Option<(u32, thread::ThreadId)>,
}

static TABLE: Mutex<Table> =
    Mutex::new(Table { spare: [FREE; SPARE_SLOTS], started: [false; SLOTS], own: [false; SLOTS], calling: None });
/// The thread has returned from a task of the SDK's own.
static CALL_ENDED: Condvar = Condvar::new();
/// How long the removal of such a task waits for a call of it that does not return.
const CALL_PATIENCE: Duration = Duration::from_secs(10);
/// Counts changes of the table, which end the sleep of the thread.
static CHANGES: AtomicUsize = AtomicUsize::new(0);

/// The thread that `twTasker_Start` has made.
struct Running {
    process: u32,
    stop: Arc<AtomicBool>,
    thread: NativeThread,
}

static RUNNING: Mutex<Option<Running>> = Mutex::new(None);
/// The process whose tasker thread is in a round: the successor of a thread that is still finishing waits for it.
static BUSY_IN: Mutex<Option<u32>> = Mutex::new(None);
static NOT_BUSY: Condvar = Condvar::new();

/// Milliseconds on the monotonic clock since the first use.
fn tick() -> u64 {
    u64::try_from(start().elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

impl Table {
    fn slot(&mut self, index: usize) -> &mut twTask {
        match index.checked_sub(PUBLIC_SLOTS) {
            Some(spare) => &mut self.spare[spare],
            // SAFETY: the index is in range, and the lock of this table keeps our accesses apart.
            None => unsafe { &mut (*twTasks.get())[index] },
        }
    }

    fn clear(&mut self, index: usize) {
        *self.slot(index) = FREE;
        self.started[index] = false;
        self.own[index] = false;
    }

    fn add(&mut self, slots: usize, interval: u32, function: TaskFunction, own: bool) -> Option<usize> {
        let index = (0..slots).find(|&index| self.slot(index).func.is_none())?;
        self.clear(index);
        *self.slot(index) = twTask { runTimeIntervalMsec: interval, nextRunTick: tick(), func: Some(function) };
        self.own[index] = own;
        Some(index)
    }

    /// The function in a slot, if it is to run in the round that started at `round`, and notes that it does.
    fn due(&mut self, index: usize, round: u64, has_work: bool) -> Option<TaskFunction> {
        let task = *self.slot(index);
        let function = task.func?;
        // Tasks are called without an argument.
        // SAFETY: NULL is allowed.
        let is_ours = !unsafe { work::classify(function, ptr::null_mut()) }.is_empty();
        let due = if is_ours { has_work || !self.started[index] } else { task.nextRunTick <= round };
        if !due {
            return None;
        }
        self.slot(index).nextRunTick = round.saturating_add(task.runTimeIntervalMsec.max(1).into());
        self.started[index] = true;
        Some(function)
    }

    /// The SDK functions to wait for, and the tick when the next task of the application's is due.
    fn waits_for(&mut self) -> (Functions, Option<u64>) {
        let mut functions = Functions::NONE;
        let mut next = None;
        for index in 0..SLOTS {
            let task = *self.slot(index);
            let Some(function) = task.func else { continue };
            // SAFETY: NULL is allowed.
            let function = unsafe { work::classify(function, ptr::null_mut()) };
            functions = functions.union(function);
            if function.is_empty() || !self.started[index] {
                next = Some(next.map_or(task.nextRunTick, |next: u64| next.min(task.nextRunTick)));
            }
        }
        (functions, next)
    }
}

/// Tells the thread that the table is not what it was.
fn changed() {
    CHANGES.fetch_add(1, Ordering::SeqCst);
    work::wake();
}

fn run(stop: &AtomicBool) {
    let process = std::process::id();
    let mut busy = locked(&BUSY_IN);
    while *busy == Some(process) {
        busy = NOT_BUSY.wait(busy).unwrap_or_else(PoisonError::into_inner);
    }
    *busy = Some(process);
    drop(busy);
    run_rounds(&|| stop.load(Ordering::SeqCst));
    *locked(&BUSY_IN) = None;
    NOT_BUSY.notify_all();
}

fn run_rounds(stop: &dyn Fn() -> bool) {
    let mut has_work = true;
    while !stop() {
        run_round(has_work, stop);
        if stop() {
            return;
        }
        let seen = CHANGES.load(Ordering::SeqCst);
        let (functions, next) = locked(&TABLE).waits_for();
        // A tick beyond what an instant can express does not come.
        let until = next.and_then(|next| start().checked_add(Duration::from_millis(next)));
        has_work = work::wait(functions, until, &|| stop() || CHANGES.load(Ordering::SeqCst) != seen);
    }
}

/// Runs the tasks that are due, one after the other.
fn run_round(has_work: bool, stop: &dyn Fn() -> bool) {
    let round = tick();
    ticks::begin();
    for index in 0..SLOTS {
        let (function, is_own) = {
            let mut table = locked(&TABLE);
            let function = table.due(index, round, has_work);
            let is_own = function.is_some() && table.own[index];
            if is_own {
                table.calling = Some((std::process::id(), thread::current().id()));
            }
            (function, is_own)
        };
        if let Some(function) = function {
            ticks::runs(index);
            // SAFETY: a function that was given to us as a task.
            unsafe { function(time::now() as u64, ptr::null_mut()) };
        }
        if is_own {
            locked(&TABLE).calling = None;
            CALL_ENDED.notify_all();
        }
        if stop() {
            break;
        }
    }
    ticks::end();
}

/// Adds a task of the SDK's own (of `twExt_Start`). It takes a public slot if one is free, as programs expect that count
/// them, and else a spare one: the application's tasks are not touched. `None` when there is no slot at all.
pub fn add_own(interval: u32, function: TaskFunction) -> Option<usize> {
    let slot = locked(&TABLE).add(SLOTS, interval, function, true);
    changed();
    slot
}

/// Removes all tasks that [`add_own`] made, and waits until none of them runs, except for one that calls this itself.
pub fn remove_own() {
    let mut table = locked(&TABLE);
    for index in 0..SLOTS {
        if table.own[index] {
            table.clear(index);
        }
    }
    drop(table);
    changed();
    let own_thread = thread::current().id();
    let process = std::process::id();
    let runs = |table: &mut Table| table.calling.is_some_and(|(of, thread)| of == process && thread != own_thread);
    let waited = CALL_ENDED.wait_timeout_while(locked(&TABLE), CALL_PATIENCE, runs);
    if waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
        log::error!("a function that the tasker runs has not returned within {CALL_PATIENCE:?}");
    }
}

/// The slot with index `i` (0 to 4) of the table, free or not. Internal: not to be freed. NULL for another index.
#[unsafe(no_mangle)]
pub extern "C" fn twTaskerGetTask(i: c_int) -> *mut twTask {
    match usize::try_from(i) {
        // SAFETY: the index is in range.
        Ok(index) if index < PUBLIC_SLOTS => unsafe { twTasks.get().cast::<twTask>().add(index) },
        _ => ptr::null_mut(),
    }
}

/// Removes all tasks and starts the tasker's thread. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twTasker_Initialize() {
    twTaskerRemoveAllTasks();
    start_thread();
}

/// Another name of `twTasker_Initialize`, which no header declares.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twTaskerInitialize() {
    twTasker_Initialize();
}

/// Adds a task to be run at once and then every `runTimeIntervalMsec` milliseconds from the start of one round to the
/// next, while the tasker's thread runs; `twApi_TaskerFunction`, `twMessageHandler_msgHandlerTask` and
/// `twTunnelManager_TaskerFunction` run when they have work instead. The slot (0 to 4), or 700 when all are taken; NULL
/// takes none: the answer is the slot that the next task would get. From any thread, tasks included.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTasker_CreateTask(runTimeIntervalMsec: u32, func: twTaskFunction) -> c_int {
    guard(TW_MAX_TASKS_EXCEEDED, || {
        let mut table = locked(&TABLE);
        let slot = match func {
            Some(function) => table.add(PUBLIC_SLOTS, runTimeIntervalMsec, function, false),
            None => (0..PUBLIC_SLOTS).find(|&index| table.slot(index).func.is_none()),
        };
        drop(table);
        changed();
        slot.and_then(|slot| c_int::try_from(slot).ok()).unwrap_or(TW_MAX_TASKS_EXCEEDED)
    })
}

/// Removes the task in slot `id`; if it is being run, that call goes on. Always 701, whether there was a task or not.
/// From any thread, tasks included.
#[unsafe(no_mangle)]
pub extern "C" fn twTasker_RemoveTask(id: c_int) -> c_int {
    guard(TW_TASK_NOT_FOUND, || {
        if let Some(index) = usize::try_from(id).ok().filter(|&index| index < PUBLIC_SLOTS) {
            locked(&TABLE).clear(index);
            changed();
        }
        TW_TASK_NOT_FOUND
    })
}

/// Removes all tasks; one that is being run goes on. From any thread, tasks included.
#[unsafe(no_mangle)]
pub extern "C" fn twTaskerRemoveAllTasks() {
    guard((), || {
        let mut table = locked(&TABLE);
        (0..SLOTS).for_each(|index| table.clear(index));
        drop(table);
        changed();
    });
}

/// Starts the thread that runs the tasks, unless it is running.
pub fn start_thread() {
    let process = std::process::id();
    let mut running = locked(&RUNNING);
    if running.as_ref().is_some_and(|running| running.process == process) {
        return;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    match NativeThread::spawn(move || run(&flag)) {
        Ok(thread) => *running = Some(Running { process, stop, thread }),
        Err(error) => log::error!("cannot start the tasker: {error}"),
    }
}

/// Ends the thread that runs the tasks and waits until it has ended; from a task, does not wait.
pub fn stop_thread() {
    let Some(running) = locked(&RUNNING).take() else { return };
    if running.process != std::process::id() {
        // A fork does not copy threads.
        return;
    }
    running.stop.store(true, Ordering::SeqCst);
    work::wake();
    if running.thread.is_current() {
        running.thread.detach();
    } else {
        running.thread.join();
    }
}

#[cfg(test)]
mod tests {
    use super::work::Waiter;
    use super::*;
    use std::sync::MutexGuard;

    /// There is one tasker: the tests take turns, and find it empty and at rest.
    fn alone() -> MutexGuard<'static, ()> {
        static ALONE: Mutex<()> = Mutex::new(());
        let guard = locked(&ALONE);
        stop_thread();
        twTaskerRemoveAllTasks();
        guard
    }

    const AN_HOUR: u32 = 3_600_000;
    static RUNS: Mutex<Vec<(char, Instant)>> = Mutex::new(Vec::new());
    static RUN: Condvar = Condvar::new();

    fn note(task: char) {
        locked(&RUNS).push((task, Instant::now()));
        RUN.notify_all();
    }

    fn runs_of(task: char) -> usize {
        locked(&RUNS).iter().filter(|(run, _)| *run == task).count()
    }

    fn wait_for(task: char, count: usize) {
        let fewer = |runs: &mut Vec<(char, Instant)>| runs.iter().filter(|(run, _)| *run == task).count() < count;
        drop(RUN.wait_while(locked(&RUNS), fewer).unwrap());
    }

    unsafe extern "C" fn a(_: u64, argument: *mut c_void) {
        assert!(argument.is_null());
        note('a');
    }
    unsafe extern "C" fn b(_: u64, _: *mut c_void) {
        note('b');
    }
    unsafe extern "C" fn own(_: u64, _: *mut c_void) {
        note('o');
    }
    unsafe extern "C" fn stop_and_restart(_: u64, _: *mut c_void) {
        stop_thread();
        start_thread();
        twTasker_RemoveTask(0);
        note('r');
    }

    fn create(interval: u32, function: twTaskFunction) -> c_int {
        // SAFETY: the functions of the tests bear any call.
        unsafe { twTasker_CreateTask(interval, function) }
    }

    #[test]
    fn slots_are_given_in_order_and_removal_always_says_701() {
        let _alone = alone();
        let slots: Vec<_> = (0..6).map(|_| create(AN_HOUR, Some(a))).collect();
        assert_eq!(slots, [0, 1, 2, 3, 4, TW_MAX_TASKS_EXCEEDED]);
        assert_eq!([twTasker_RemoveTask(2), twTasker_RemoveTask(2), twTasker_RemoveTask(-1)], [TW_TASK_NOT_FOUND; 3]);
        // SAFETY: the tasker is at rest.
        assert!(unsafe { &*twTaskerGetTask(2) }.func.is_none());
        assert_eq!(create(5, None), 2, "NULL takes no slot");
        assert_eq!(create(5, Some(a)), 2);
        // SAFETY: as above.
        assert_eq!(unsafe { &*twTaskerGetTask(2) }.runTimeIntervalMsec, 5);
        assert!(twTaskerGetTask(5).is_null() && twTaskerGetTask(-1).is_null());
    }

    unsafe extern "C" fn tick_in_a_tick(_: u64, _: *mut c_void) {
        assert_eq!(tickInProgress.load(Ordering::Acquire), 1);
        note('t');
        // The round under way goes on; this one does not begin.
        tickTimerCallback();
    }

    #[test]
    fn a_round_on_a_thread_of_the_program() {
        let _alone = alone();
        locked(&RUNS).clear();
        create(AN_HOUR, Some(a));
        create(AN_HOUR, Some(tick_in_a_tick));
        tickTimerCallback();
        tickTimerCallback();
        assert_eq!((runs_of('a'), runs_of('t')), (1, 1));
        assert_eq!((lastTaskRun.load(Ordering::SeqCst), tickInProgress.load(Ordering::Acquire)), (1, 0));
        assert!(TimerThread(ptr::null_mut()).is_null(), "tickSignal says that it is not to run");
    }

    #[test]
    fn tasks_run_at_once_and_then_at_their_interval() {
        let _alone = alone();
        locked(&RUNS).clear();
        create(AN_HOUR, Some(a));
        create(20, Some(b));
        start_thread();
        start_thread();
        wait_for('b', 4);
        assert_eq!(runs_of('a'), 1);
        let runs = locked(&RUNS).clone();
        let b: Vec<_> = runs.iter().filter(|(run, _)| *run == 'b').collect();
        assert!(b[3].1 - b[0].1 >= Duration::from_millis(55), "three intervals, rounds being counted in milliseconds");
        create(AN_HOUR, Some(own));
        wait_for('o', 1);
        stop_thread();
        stop_thread();
    }

    #[test]
    fn a_task_may_stop_and_start_the_tasker() {
        let _alone = alone();
        locked(&RUNS).clear();
        create(AN_HOUR, Some(stop_and_restart));
        create(1, Some(a));
        start_thread();
        wait_for('r', 1);
        wait_for('a', 2);
        stop_thread();
    }

    #[test]
    fn tasks_of_our_own_leave_those_of_the_application_alone() {
        let _alone = alone();
        for _ in 0..3 {
            create(AN_HOUR, Some(a));
        }
        let slots: Vec<_> = (0..7).map(|_| add_own(AN_HOUR, own)).collect();
        assert_eq!(slots, [Some(3), Some(4), Some(5), Some(6), Some(7), Some(8), None]);
        assert_eq!(create(5, Some(a)), TW_MAX_TASKS_EXCEEDED);
        remove_own();
        let present = (0..5).map(|i| unsafe { &*twTaskerGetTask(i) }.func.is_some());
        assert_eq!(present.collect::<Vec<_>>(), [true, true, true, false, false]);
    }

    /// Has work when told, for the functions it is told about.
    #[derive(Default)]
    struct Bell {
        rung: Mutex<bool>,
        changed: Condvar,
        asked_for: Mutex<Functions>,
    }

    impl Waiter for Bell {
        fn wait(&self, functions: Functions, until: Option<Instant>, stop: &dyn Fn() -> bool) -> bool {
            *locked(&self.asked_for) = functions;
            let mut rung = locked(&self.rung);
            while !*rung && !stop() {
                rung = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                    Some(left) if left.is_zero() => return false,
                    Some(left) => self.changed.wait_timeout(rung, left).unwrap().0,
                    None => self.changed.wait(rung).unwrap(),
                };
            }
            std::mem::take(&mut *rung)
        }

        fn wake(&self) {
            drop(locked(&self.rung));
            self.changed.notify_all();
        }
    }

    #[test]
    fn sdk_functions_run_when_there_is_work() {
        let _alone = alone();
        locked(&RUNS).clear();
        let bell = Arc::new(Bell::default());
        let _installed = locked(&work::INSTALLED_BY_A_TEST);
        work::install(&[(own, Functions::TUNNELS)], bell.clone());
        create(1, Some(own));
        create(10, Some(b));
        start_thread();
        wait_for('b', 5);
        assert_eq!(runs_of('o'), 1, "once at the start, and not again without work");
        assert_eq!(*locked(&bell.asked_for), Functions::TUNNELS);
        *locked(&bell.rung) = true;
        bell.changed.notify_all();
        wait_for('o', 2);
        stop_thread();
        work::uninstall();
    }
}
