//! Appends boxes and their big-endian fields to a buffer (ISO/IEC 14496-12 4.2).

/// Appends a box whose body `fill` appends.
pub(crate) fn boxed(out: &mut Vec<u8>, kind: [u8; 4], fill: impl FnOnce(&mut Vec<u8>)) {
    boxed_before(out, kind, 0, fill);
}

/// Appends a box whose body has `behind` more bytes, which the caller writes afterwards.
pub(crate) fn boxed_before(
    out: &mut Vec<u8>,
    kind: [u8; 4],
    behind: u64,
    fill: impl FnOnce(&mut Vec<u8>),
) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&kind);
    fill(out);
    let length = (out.len() - start) as u64 + behind;
    // `moov::movie` refuses an index over 4 GiB.
    let size = u32::try_from(length).unwrap_or(u32::MAX);
    if let Some(slot) = out.get_mut(start..start + 4) {
        slot.copy_from_slice(&size.to_be_bytes());
    }
}

/// Appends a full box: a box that starts with version and flags (ISO/IEC 14496-12 4.2.2).
pub(crate) fn full_box(
    out: &mut Vec<u8>,
    kind: [u8; 4],
    version: u8,
    flags: u32,
    fill: impl FnOnce(&mut Vec<u8>),
) {
    boxed(out, kind, |out| {
        put32(out, (u32::from(version) << 24) | flags);
        fill(out);
    });
}

pub(crate) fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub(crate) fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub(crate) fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Returns the version of a full box with these values: 1 if one of them needs 64 bits, else 0.
pub(crate) fn version_of(values: &[u64]) -> u8 {
    u8::from(values.iter().any(|value| u32::try_from(*value).is_err()))
}

/// Appends a field of 32 bits in version 0 and of 64 bits in version 1.
pub(crate) fn put_versioned(out: &mut Vec<u8>, version: u8, value: u64) {
    match u32::try_from(value) {
        Ok(value) if version == 0 => put32(out, value),
        _ => put64(out, value),
    }
}

/// Appends the number of rows of a table.
pub(crate) fn put_count(out: &mut Vec<u8>, count: usize) {
    put32(out, u32::try_from(count).unwrap_or(u32::MAX));
}
