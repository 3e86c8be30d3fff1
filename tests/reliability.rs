//! What `docs/reliability.md` promises: the page itself, and those of its promises that no other test is about.

mod support;

#[path = "reliability/lines.rs"]
mod lines;
#[path = "reliability/link.rs"]
mod link;
#[path = "reliability/page.rs"]
mod page;
#[path = "reliability/stores.rs"]
mod stores;
