//! Verifies sample groups: `sbgp` refers to descriptions in `sgpd` (ISO/IEC 14496-12 8.9).

use std::io::{Read, Seek};

use super::reader::{BoxReader, Children, LocatedBox, WindowReader, malformed};
use crate::{Error, boxes::FourCc};

/// Verifies that the rows of each `sbgp` fill it and refer to existing descriptions and samples.
pub(super) fn check<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    stbl: &Children,
    samples: u32,
) -> Result<(), Error> {
    let mut described = Vec::new();
    for sgpd in stbl.of(*b"sgpd") {
        described.push(descriptions(reader, sgpd)?);
    }
    for sbgp in stbl.of(*b"sbgp") {
        check_grouping(reader, sbgp, &described, samples)?;
    }
    Ok(())
}

/// Returns the grouping type of an `sgpd` and its number of descriptions.
fn descriptions<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    sgpd: &LocatedBox,
) -> Result<(FourCc, u32), Error> {
    let mut window = WindowReader::new(sgpd.body.clone());
    let fail = |problem: &str| malformed(sgpd.body.start, format!("sgpd: {problem}"));
    let version = window.read_u32(reader)?;
    let kind = window.array(reader)?;
    // Version 0 does not store the length of a description.
    let length = match version >> 24 {
        0 => None,
        1 => Some(u64::from(window.read_u32(reader)?)).filter(|length| *length > 0),
        2 => {
            window.read_u32(reader)?;
            None
        }
        _ => return Err(fail("another version")),
    };
    let count = window.read_u32(reader)?;
    let left = sgpd.body.end - window.position();
    match length {
        Some(length) if u64::from(count).saturating_mul(length) != left => {
            Err(fail("its descriptions do not fill it"))
        }
        _ if u64::from(count) > left => Err(fail("more descriptions than bytes")),
        _ => Ok((kind, count)),
    }
}

fn check_grouping<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    sbgp: &LocatedBox,
    described: &[(FourCc, u32)],
    samples: u32,
) -> Result<(), Error> {
    let mut window = WindowReader::new(sbgp.body.clone());
    let fail = |problem: &str| malformed(sbgp.body.start, format!("sbgp: {problem}"));
    let version = window.read_u32(reader)?;
    let kind: FourCc = window.array(reader)?;
    match version {
        0 => {}
        0x100_0000 => {
            window.read_u32(reader)?;
        }
        _ => return Err(fail("another version")),
    }
    let found = described.iter().find(|(other, _)| *other == kind);
    let &(_, descriptions) = found.ok_or_else(|| fail("groups without a description"))?;
    let rows = window.read_u32(reader)?;
    if u64::from(rows) * 8 != sbgp.body.end - window.position() {
        return Err(fail("its rows do not fill it"));
    }
    let mut grouped = 0_u64;
    for _ in 0..rows {
        grouped += u64::from(window.read_u32(reader)?);
        if window.read_u32(reader)? > descriptions {
            return Err(fail("a group without a description"));
        }
    }
    // Samples after the last row are in no group.
    if grouped > u64::from(samples) {
        return Err(fail("more samples than sizes"));
    }
    Ok(())
}
