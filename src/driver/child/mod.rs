//! Cases in which SIGPIPE is not ignored run in processes of their own, one trial at a time: see [`run`] for the parent,
//! and [`work`] for the child.

mod job;
mod parent;

pub(super) use {
    job::{WORK, work},
    parent::run,
};
