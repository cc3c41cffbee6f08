//! The index of one track: `trak` (ISO/IEC 14496-12 8.3 to 8.6).

use super::{
    index_part::IndexPart,
    tables,
    track::{Mp4Track, TrackTimes},
};
use crate::{
    boxes::write::{boxed, boxed_before, full_box, put_versioned, put16, put32, put64, version_of},
    handler::Handler,
};

/// Flags of `tkhd`: shown without being chosen, and part of the movie.
const ENABLED: u32 = 1;
const IN_MOVIE: u32 = 2;

/// When a track is shown, in ticks of the movie.
#[derive(Clone, Copy, Debug)]
pub(super) struct EditList {
    /// Nothing is shown before.
    pub(super) empty: u64,
    pub(super) duration: u64,
    /// From where in the track, in its own ticks from its first decode time.
    pub(super) media_time: u64,
    /// It is shown to an end that the source set, before that of its media.
    pub(super) ends_early: bool,
}

/// Appends `trak`: its boxes down to the tables, then the tables, which are the end of it.
pub(super) fn parts<'t>(
    parts: &mut Vec<IndexPart<'t>>,
    number: u32,
    track: &'t Mp4Track,
    shown: EditList,
) {
    let tables = tables::parts(track);
    let behind = tables.iter().map(IndexPart::size).sum();
    let mut head = Vec::new();
    boxed_before(&mut head, *b"trak", behind, |out| {
        track_header(out, number, track, shown);
        put_edit_list(out, shown);
        boxed_before(out, *b"mdia", behind, |out| {
            media_header(out, track);
            extended_language(out, track);
            handler(out, track.handler);
            boxed_before(out, *b"minf", behind, |out| {
                media_information(out, track.handler);
                boxed_before(out, *b"stbl", behind, |_| {});
            });
        });
    });
    parts.push(IndexPart::plain(head));
    parts.extend(tables);
}

fn track_header(out: &mut Vec<u8>, number: u32, track: &Mp4Track, shown: EditList) {
    let duration = shown.empty.saturating_add(shown.duration);
    let version = version_of(&[duration]);
    let flags = IN_MOVIE | if track.enabled { ENABLED } else { 0 };
    full_box(out, *b"tkhd", version, flags, |out| {
        put_versioned(out, version, 0);
        put_versioned(out, version, 0);
        put32(out, number);
        put32(out, 0);
        put_versioned(out, version, duration);
        out.extend_from_slice(&[0; 8]);
        // Text lies in front of the picture, which is layer 0.
        let is_text = track.handler == Handler::Text;
        put16(out, if is_text { (-1_i16).cast_unsigned() } else { 0 });
        put16(out, track.alternate_group);
        // Full volume.
        let is_sound = track.handler == Handler::Audio;
        put16(out, if is_sound { 0x100 } else { 0 });
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

/// `edts/elst` (8.6.6), where there is anything to say.
fn put_edit_list(out: &mut Vec<u8>, shown: EditList) {
    if shown.empty == 0 && shown.media_time == 0 && !shown.ends_early {
        return;
    }
    let wide = [
        shown.empty,
        shown.duration,
        shown.media_time.saturating_mul(2),
    ];
    let version = version_of(&wide);
    boxed(out, *b"edts", |out| {
        full_box(out, *b"elst", version, 0, |out| {
            put32(out, 1 + u32::from(shown.empty > 0));
            if shown.empty > 0 {
                put_versioned(out, version, shown.empty);
                // A media time of -1 shows nothing.
                out.extend(std::iter::repeat_n(0xff, if version == 0 { 4 } else { 8 }));
                put32(out, 0x1_0000);
            }
            put_versioned(out, version, shown.duration);
            put_versioned(out, version, shown.media_time);
            put32(out, 0x1_0000);
        });
    });
}

fn media_header(out: &mut Vec<u8>, track: &Mp4Track) {
    let length = |times: TrackTimes| times.end.saturating_sub(times.first_dts).max(0);
    let duration = track.times.map_or(0, length).unsigned_abs();
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

/// `elng` (8.4.6), where the code in `mdhd` says less than is known.
fn extended_language(out: &mut Vec<u8>, track: &Mp4Track) {
    if let Some(tag) = &track.language.tag {
        full_box(out, *b"elng", 0, 0, |out| {
            out.extend_from_slice(tag.as_bytes());
            out.push(0);
        });
    }
}

fn handler(out: &mut Vec<u8>, handler: Handler) {
    // `text` would be right by 3GPP TS 26.245 as well; players take it for chapters.
    let (kind, name): (&[u8; 4], &[u8]) = match handler {
        Handler::Video => (b"vide", b"Video\0"),
        Handler::Audio => (b"soun", b"Audio\0"),
        Handler::Text => (b"sbtl", b"Captions\0"),
    };
    full_box(out, *b"hdlr", 0, 0, |out| {
        put32(out, 0);
        out.extend_from_slice(kind);
        out.extend_from_slice(&[0; 12]);
        out.extend_from_slice(name);
    });
}
