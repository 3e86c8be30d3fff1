//! Ends at a write point, as a power cut would: for tests, never in a library that is shipped.
//!
//! With the feature `store-faults` these variables of the environment are read once:
//! * `TWEDGE_STORE_KILL_AT=N`: the process kills itself (SIGKILL) when it reaches the write point number N, counted from 1 over all
//!   stores of the process.
//! * `TWEDGE_STORE_KILL_ON=NAME`: only points of this name count for that.
//! * `TWEDGE_STORE_KILL_PART=P`: if that point writes bytes, so many percent of them are written before.
//! * `TWEDGE_STORE_FAIL_AT=N`: that write point, and every one after it, fails as on a full disk.
//! * `TWEDGE_STORE_TRACE=1`: each point is told on standard error, `store point N NAME`.
//!
//! In unit tests a plan does the same for one thread, and the kill is a failure of everything that comes after it. There the power may
//! be lost as well (module `power`): then also what was done before is there only as far as it was made durable.

use std::fs::File;
use std::path::Path;

use super::change::Point;

/// What an operation has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its work.
    Go,
    /// So many percent of its bytes, and then [`end`].
    #[cfg_attr(not(any(test, feature = "store-faults")), allow(dead_code))]
    Part(u8),
}

/// What an operation has done.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(test), allow(dead_code))]
pub(super) enum Change<'a> {
    /// An empty file is there.
    Created(&'a Path, &'a File),
    /// Bytes are at that offset.
    Wrote(&'a File, u64, &'a [u8]),
    /// The file has that length.
    Cut(&'a File, u64),
    /// The file is durable.
    Synced(&'a File),
    /// A file has another name.
    Renamed(&'a Path, &'a Path),
    /// A file is gone.
    Removed(&'a Path),
    /// A directory is there.
    MadeDirectory(&'a Path),
    /// The names of a directory are durable.
    SyncedDirectory(&'a Path),
}

/// An operation has done its work. Whether someone plays the part of the disk, which then is not waited for.
#[cfg(not(test))]
#[inline]
pub(super) fn record(_: Change<'_>) -> bool {
    false
}

/// An operation reaches its point.
#[cfg(not(any(test, feature = "store-faults")))]
#[inline]
pub(super) fn reach(_: Point) -> std::io::Result<Fate> {
    Ok(Fate::Go)
}

/// The part of the bytes is written.
#[cfg(not(any(test, feature = "store-faults")))]
#[inline]
pub(super) fn end() -> std::io::Error {
    std::io::Error::other("interrupted")
}

#[cfg(any(test, feature = "store-faults"))]
mod plan {
    use super::Fate;
    use crate::store::change::Point;
    use std::io;

    /// When to end, counted from 1.
    #[derive(Clone, Debug, Default)]
    pub struct Plan {
        pub kill_at: Option<u64>,
        /// Name of the points that count for `kill_at`; all of them without one.
        pub kill_on: Option<String>,
        pub part: u8,
        pub fail_at: Option<u64>,
        /// Only that point fails.
        pub fail_once: Option<u64>,
        pub trace: bool,
        pub reached: u64,
        /// How many points that count for `kill_at` were reached.
        pub counted: u64,
        pub dead: bool,
    }

    impl Plan {
        pub fn reach(&mut self, point: Point) -> io::Result<Fate> {
            if self.dead {
                return Err(dead());
            }
            self.reached += 1;
            if self.trace {
                eprintln!("store point {} {point:?}", self.reached);
            }
            if self.fail_once == Some(self.reached) || self.fail_at.is_some_and(|at| self.reached >= at) {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            let counts = self.kill_on.as_ref().is_none_or(|name| *name == format!("{point:?}"));
            self.counted += u64::from(counts);
            if counts && self.kill_at == Some(self.counted) {
                return Ok(Fate::Part(self.part));
            }
            Ok(Fate::Go)
        }
    }

    pub fn dead() -> io::Error {
        io::Error::other("the power is off")
    }
}

#[cfg(all(feature = "store-faults", not(test)))]
mod in_programs {
    use super::plan::Plan;
    use super::{Fate, Point};
    use std::io;
    use std::sync::{Mutex, PoisonError};

    static PLAN: Mutex<Option<Plan>> = Mutex::new(None);

    pub fn reach(point: Point) -> io::Result<Fate> {
        let mut plan = PLAN.lock().unwrap_or_else(PoisonError::into_inner);
        plan.get_or_insert_with(from_environment).reach(point)
    }

    fn from_environment() -> Plan {
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        Plan {
            kill_at: number("TWEDGE_STORE_KILL_AT"),
            kill_on: std::env::var("TWEDGE_STORE_KILL_ON").ok(),
            part: number("TWEDGE_STORE_KILL_PART").and_then(|part| u8::try_from(part).ok()).unwrap_or(0),
            fail_at: number("TWEDGE_STORE_FAIL_AT"),
            trace: number("TWEDGE_STORE_TRACE") == Some(1),
            ..Plan::default()
        }
    }

    pub fn end() -> io::Error {
        crate::ffi::signals::kill_own_process();
        super::plan::dead()
    }
}

#[cfg(test)]
pub(super) use super::power::record;
#[cfg(all(feature = "store-faults", not(test)))]
pub(super) use in_programs::{end, reach};
#[cfg(test)]
pub(super) use plan::Plan;
#[cfg(test)]
pub(crate) use tests::reached;
#[cfg(test)]
pub(super) use tests::{end, is_dead, reach, set};

#[cfg(test)]
mod tests {
    use super::plan::{Plan, dead};
    use super::{Fate, Point};
    use std::cell::RefCell;
    use std::io;

    thread_local! {
        static PLAN: RefCell<Plan> = RefCell::default();
    }

    thread_local! {
        static REACHED: RefCell<Vec<Point>> = const { RefCell::new(Vec::new()) };
    }

    pub fn reach(point: Point) -> io::Result<Fate> {
        let fate = PLAN.with_borrow_mut(|plan| plan.reach(point))?;
        REACHED.with_borrow_mut(|reached| reached.push(point));
        Ok(fate)
    }

    /// The points that this thread has reached since this was asked last; at the last one it may have ended.
    pub(crate) fn reached() -> Vec<Point> {
        REACHED.take()
    }

    /// Whether this thread is at its end.
    pub fn is_dead() -> bool {
        PLAN.with_borrow(|plan| plan.dead)
    }

    pub fn end() -> io::Error {
        PLAN.with_borrow_mut(|plan| plan.dead = true);
        dead()
    }

    /// Sets the plan of this thread; gives back how many points the one before has reached.
    pub fn set(plan: Plan) -> u64 {
        PLAN.replace(plan).reached
    }
}
