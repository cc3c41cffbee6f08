//! Reads the codec headers that a container needs: H.264, AAC and MP3.

pub(crate) mod aac;
pub(crate) mod adts;
pub(crate) mod annex_b;
pub(crate) mod avc;
pub(crate) mod bit_reader;
pub(crate) mod mp3;
pub(crate) mod parameter_sets;
