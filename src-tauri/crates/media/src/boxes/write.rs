//! Appends boxes and their big-endian fields to a buffer (ISO/IEC 14496-12 4.2).

/// Appends a box whose body `fill` appends.
pub(crate) fn boxed(out: &mut Vec<u8>, kind: [u8; 4], fill: impl FnOnce(&mut Vec<u8>)) {
    boxed_before(out, kind, 0, fill);
}

/// The same for a box whose body goes on for `behind` bytes more, which are written later.
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
    // The whole index is held under 4 GiB by its writer; so is each box in it.
    let size = u32::try_from(length).unwrap_or(u32::MAX);
    if let Some(slot) = out.get_mut(start..start + 4) {
        slot.copy_from_slice(&size.to_be_bytes());
    }
}

/// Appends a full box: version and flags in front (ISO/IEC 14496-12 4.2.2).
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

/// Version of a full box that holds these values: 1 if one of them needs 64 bits.
pub(crate) fn version_of(values: &[u64]) -> u8 {
    u8::from(values.iter().any(|value| u32::try_from(*value).is_err()))
}

/// A field of 32 bits in version 0 and of 64 in version 1.
pub(crate) fn put_versioned(out: &mut Vec<u8>, version: u8, value: u64) {
    match u32::try_from(value) {
        Ok(value) if version == 0 => put32(out, value),
        _ => put64(out, value),
    }
}

/// The number of entries of a table.
pub(crate) fn put_count(out: &mut Vec<u8>, count: usize) {
    put32(out, u32::try_from(count).unwrap_or(u32::MAX));
}
