//! The service is what it claims to be, and would catch a client that errs.

mod control;
mod faults;
mod segments;
mod test_client;
mod website;
