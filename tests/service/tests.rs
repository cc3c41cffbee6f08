//! The service is what it claims to be, and would catch a client that errs.

mod control;
mod pieces;
mod trouble;
mod visitor;
mod website;
