//! Writes the boxes of one track: `trak` (ISO/IEC 14496-12 8.3 to 8.6).

use super::{index_part::IndexPart, tables, track::Mp4Track};
use crate::{
    boxes::write::{boxed, boxed_before, full_box, put_versioned, put16, put32, put64, version_of},
    handler::Handler,
};

/// `track_enabled` and `track_in_movie`, flags of `tkhd` (8.3.2.3).
const ENABLED: u32 = 1;
const IN_MOVIE: u32 = 2;

/// When a track is presented, in ticks of the movie (8.6.6).
#[derive(Clone, Copy, Debug)]
pub(super) struct EditList {
    /// Duration of the empty edit before the track.
    pub(super) empty: u64,
    pub(super) duration: u64,
    /// Start in the track, in its own ticks from its first decode time.
    pub(super) media_time: u64,
    /// The source ends the presentation before the end of the media.
    pub(super) ends_early: bool,
}

/// Appends the parts of `trak`: the boxes down to `stbl`, then the tables.
pub(super) fn parts<'t>(
    parts: &mut Vec<IndexPart<'t>>,
    number: u32,
    track: &'t Mp4Track,
    edits: EditList,
) {
    let tables = tables::parts(track);
    let behind = tables.iter().map(IndexPart::size).sum();
    let mut head = Vec::new();
    boxed_before(&mut head, *b"trak", behind, |out| {
        track_header(out, number, track, edits);
        put_edit_list(out, edits);
        title(out, track);
        boxed_before(out, *b"mdia", behind, |out| {
            media_header(out, track);
            extended_language(out, track);
            handler(out, track);
            boxed_before(out, *b"minf", behind, |out| {
                media_information(out, track.handler);
                boxed_before(out, *b"stbl", behind, |_| {});
            });
        });
    });
    parts.push(IndexPart::plain(head));
    parts.extend(tables);
}

fn track_header(out: &mut Vec<u8>, number: u32, track: &Mp4Track, edits: EditList) {
    let duration = edits.empty.saturating_add(edits.duration);
    let version = version_of(&[duration]);
    let flags = IN_MOVIE | if track.enabled { ENABLED } else { 0 };
    full_box(out, *b"tkhd", version, flags, |out| {
        put_versioned(out, version, 0);
        put_versioned(out, version, 0);
        put32(out, number);
        put32(out, 0);
        put_versioned(out, version, duration);
        out.extend_from_slice(&[0; 8]);
        // Layer: captions are in front of the video, which is layer 0.
        let is_text = track.handler == Handler::Text;
        put16(out, if is_text { (-1_i16).cast_unsigned() } else { 0 });
        put16(out, track.alternate_group);
        // Volume: normal for audio.
        let is_audio = track.handler == Handler::Audio;
        put16(out, if is_audio { 0x100 } else { 0 });
        put16(out, 0);
        out.extend_from_slice(&track.display);
    });
}

fn media_information(out: &mut Vec<u8>, handler: Handler) {
    match handler {
        Handler::Video => full_box(out, *b"vmhd", 0, 1, |out| put64(out, 0)),
        Handler::Audio => full_box(out, *b"smhd", 0, 0, |out| put32(out, 0)),
        Handler::Text => full_box(out, *b"nmhd", 0, 0, |_| {}),
    }
    boxed(out, *b"dinf", |out| {
        full_box(out, *b"dref", 0, 0, |out| {
            put32(out, 1);
            // The media is in this file.
            full_box(out, *b"url ", 0, 1, |_| {});
        });
    });
}

/// Appends `edts/elst` (8.6.6), unless the track is presented as a whole from the start.
fn put_edit_list(out: &mut Vec<u8>, edits: EditList) {
    if edits.empty == 0 && edits.media_time == 0 && !edits.ends_early {
        return;
    }
    let values = [
        edits.empty,
        edits.duration,
        // A signed field.
        edits.media_time.saturating_mul(2),
    ];
    let version = version_of(&values);
    boxed(out, *b"edts", |out| {
        full_box(out, *b"elst", version, 0, |out| {
            put32(out, 1 + u32::from(edits.empty > 0));
            if edits.empty > 0 {
                put_versioned(out, version, edits.empty);
                // A media time of -1 is an empty edit.
                out.extend(std::iter::repeat_n(0xff, if version == 0 { 4 } else { 8 }));
                put32(out, 0x1_0000);
            }
            put_versioned(out, version, edits.duration);
            put_versioned(out, version, edits.media_time);
            put32(out, 0x1_0000);
        });
    });
}

fn media_header(out: &mut Vec<u8>, track: &Mp4Track) {
    let duration = track.length().max(0).unsigned_abs();
    let version = version_of(&[duration]);
    full_box(out, *b"mdhd", version, 0, |out| {
        put_versioned(out, version, 0);
        put_versioned(out, version, 0);
        put32(out, track.timescale);
        put_versioned(out, version, duration);
        put16(out, track.language.code);
        put16(out, 0);
    });
}

/// Appends `elng` (8.4.6) if the language is not fully given by the code in `mdhd`.
fn extended_language(out: &mut Vec<u8>, track: &Mp4Track) {
    if let Some(tag) = &track.language.tag {
        full_box(out, *b"elng", 0, 0, |out| {
            out.extend_from_slice(tag.as_bytes());
            out.push(0);
        });
    }
}

/// Appends `udta/name` if the source names the track.
fn title(out: &mut Vec<u8>, track: &Mp4Track) {
    let title = &track.names.title;
    if !title.is_empty() {
        boxed(out, *b"udta", |out| {
            boxed(out, *b"name", |out| out.extend_from_slice(title.as_bytes()));
        });
    }
}

/// Appends `hdlr` (8.4.3) with the name of the source, if that has one.
fn handler(out: &mut Vec<u8>, track: &Mp4Track) {
    // 3GPP TS 26.245 also allows `text`, but players take that for chapters.
    let (kind, name): (&[u8; 4], &str) = match track.handler {
        Handler::Video => (b"vide", "Video"),
        Handler::Audio => (b"soun", "Audio"),
        Handler::Text => (b"sbtl", "Captions"),
    };
    full_box(out, *b"hdlr", 0, 0, |out| {
        put32(out, 0);
        out.extend_from_slice(kind);
        out.extend_from_slice(&[0; 12]);
        let given = track.names.handler.as_str();
        let name = if given.is_empty() { name } else { given };
        out.extend_from_slice(name.as_bytes());
        out.push(0);
    });
}
