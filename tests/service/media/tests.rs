//! Segments that are cut from the fixture movie have its content.

use super::*;

const FLV_FIXTURE: &[u8] = include_bytes!("../../fixtures/film/film.flv");
const MP4_FIXTURE: &[u8] = include_bytes!("../../fixtures/film/video.mp4");
const BEST_FLV: MockRepresentation =
    MockRepresentation::Flv(Some(VideoStream::Best), AudioStream::Main);
const BEST_MP4: MockRepresentation = MockRepresentation::Mp4Video(VideoStream::Best);

fn chunk(
    library: &MediaLibrary,
    representation: MockRepresentation,
    movie: &FixtureMovie,
    index: u64,
    clock: FlvClock,
) -> Vec<u8> {
    let range = UnitRange::of(movie, UNIT_MS, index, clock).unwrap();
    library.chunk(representation, range).unwrap().concat()
}

/// Returns kind, timestamp and body of each audio and video tag that is not a header.
fn media_tags(file: &[u8]) -> Vec<(u8, u32, Vec<u8>)> {
    let mut tags = Vec::new();
    let mut at = 13;
    while at < file.len() {
        let size = usize::from(file[at + 1]) << 16
            | usize::from(file[at + 2]) << 8
            | usize::from(file[at + 3]);
        let time = u32::from_be_bytes([file[at + 7], file[at + 4], file[at + 5], file[at + 6]]);
        let body = &file[at + 11..at + 11 + size];
        let trailer: [u8; 4] = file[at + 11 + size..at + 15 + size].try_into().unwrap();
        assert_eq!(u32::from_be_bytes(trailer) as usize, size + 11);
        if matches!(file[at], 8 | 9) && body[1] == 1 {
            tags.push((file[at], time, body.to_vec()));
        }
        at += 15 + size;
    }
    tags
}

/// Returns types and sizes of the boxes side by side in `bytes`.
fn boxes(bytes: &[u8]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        found.push((
            String::from_utf8(bytes[at + 4..at + 8].to_vec()).unwrap(),
            size,
        ));
        at += size;
    }
    assert_eq!(at, bytes.len());
    found
}

#[test]
fn the_flv_chunks_have_exactly_the_packets_of_the_movie() {
    let library = MediaLibrary::load().unwrap();
    let movie = FixtureMovie::standard();
    let mut cut: Vec<_> = (0..chunk_count(&movie, UNIT_MS))
        .flat_map(|index| {
            media_tags(&chunk(
                &library,
                BEST_FLV,
                &movie,
                index,
                FlvClock::Continues,
            ))
        })
        .collect();
    let mut whole = media_tags(FLV_FIXTURE);
    assert_eq!(whole.len(), 2000 + 3125);
    cut.sort();
    whole.sort();
    assert!(cut == whole);
}

#[test]
fn each_flv_chunk_stands_alone_and_starts_with_a_key_frame() {
    let library = MediaLibrary::load().unwrap();
    let movie = FixtureMovie::standard();
    for index in 0..100 {
        let chunk = chunk(&library, BEST_FLV, &movie, index, FlvClock::Continues);
        assert!(chunk.starts_with(b"FLV\x01\x05\0\0\0\x09\0\0\0\0"));
        let tags = media_tags(&chunk);
        let first = tags.iter().find(|(kind, ..)| *kind == 9).unwrap();
        // FrameType 1 in the upper half, CodecID 7 in the lower (E.4.3.1).
        assert_eq!((u64::from(first.1), first.2[0]), (index * UNIT_MS, 0x17));
    }
}

#[test]
fn a_restarting_clock_begins_each_chunk_at_zero() {
    let library = MediaLibrary::load().unwrap();
    let movie = FixtureMovie::standard();
    let first_time = |clock| {
        let tags = media_tags(&chunk(&library, BEST_FLV, &movie, 7, clock));
        tags.iter().find(|(kind, ..)| *kind == 9).unwrap().1
    };
    assert_eq!(first_time(FlvClock::Continues), 14_000);
    assert_eq!(first_time(FlvClock::Restarts), 0);
}

#[test]
fn init_segment_and_mp4_chunks_in_order_are_the_original_file() {
    let library = MediaLibrary::load().unwrap();
    let movie = FixtureMovie::standard();
    let mut joined = library.init_segment(BEST_MP4).unwrap().to_vec();
    for index in 0..100 {
        joined.extend(chunk(
            &library,
            BEST_MP4,
            &movie,
            index,
            FlvClock::Continues,
        ));
    }
    assert!(joined == MP4_FIXTURE);
}

#[test]
fn a_chunk_of_six_seconds_has_three_units_and_the_last_one_the_rest() {
    let library = MediaLibrary::load().unwrap();
    let movie = FixtureMovie::standard();
    assert_eq!(chunk_count(&movie, 6000), 34);
    let fragments = |index| {
        let range = UnitRange::of(&movie, 6000, index, FlvClock::Continues).unwrap();
        let chunk = library.chunk(BEST_MP4, range).unwrap().concat();
        boxes(&chunk)
            .iter()
            .filter(|(kind, _)| kind == "moof")
            .count()
    };
    assert_eq!((fragments(0), fragments(33)), (3, 1));
    assert!(UnitRange::of(&movie, 6000, 34, FlvClock::Continues).is_none());
}

#[test]
fn timestamps_continue_where_the_movie_repeats() {
    let library = MediaLibrary::load().unwrap();
    let movie = FixtureMovie::looped(204);
    let first = media_tags(&chunk(&library, BEST_FLV, &movie, 3, FlvClock::Continues));
    let again = media_tags(&chunk(&library, BEST_FLV, &movie, 103, FlvClock::Continues));
    assert_eq!(first.len(), again.len());
    for (first, again) in first.iter().zip(&again) {
        assert_eq!((first.1 + 200_000, &first.2), (again.1, &again.2));
    }

    let first = chunk(&library, BEST_MP4, &movie, 3, FlvClock::Continues);
    let again = chunk(&library, BEST_MP4, &movie, 203, FlvClock::Continues);
    assert_eq!(start_ticks(&again) - start_ticks(&first), 400 * 10_240);
}

/// Returns the 64-bit start time of a chunk (8.8.12).
fn start_ticks(chunk: &[u8]) -> u64 {
    let at = chunk.windows(4).position(|word| word == b"tfdt").unwrap();
    u64::from_be_bytes(chunk[at + 8..at + 16].try_into().unwrap())
}

#[test]
fn a_large_movie_has_the_requested_size_by_filler_in_its_video_frames() {
    let library = MediaLibrary::load().unwrap();
    let movie = FixtureMovie::large(10);
    let whole: usize = (0..chunk_count(&movie, UNIT_MS))
        .map(|index| chunk(&library, BEST_FLV, &movie, index, FlvClock::Continues).len())
        .sum();
    assert!((9_900_000..10_200_000).contains(&whole), "{whole}");

    let plain = media_tags(&chunk(
        &library,
        BEST_FLV,
        &FixtureMovie::standard(),
        0,
        FlvClock::Continues,
    ));
    let filled = media_tags(&chunk(&library, BEST_FLV, &movie, 0, FlvClock::Continues));
    for (plain, filled) in plain.iter().zip(&filled) {
        let rest = filled.2.strip_prefix(&*plain.2).unwrap();
        if plain.0 == 8 {
            assert!(rest.is_empty());
            continue;
        }
        let size = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        assert_eq!(
            (size, rest[4], rest[rest.len() - 1]),
            (rest.len() - 4, 12, 0x80)
        );
        assert!(rest[5..rest.len() - 1].iter().all(|byte| *byte == 0xFF));
    }
}

#[test]
fn the_sizes_of_a_filled_fragment_add_up_to_its_media() {
    let library = MediaLibrary::load().unwrap();
    let chunk = chunk(
        &library,
        BEST_MP4,
        &FixtureMovie::large(10),
        2,
        FlvClock::Continues,
    );
    let boxes = boxes(&chunk);
    let names: Vec<&str> = boxes.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(names, ["moof", "mdat"]);
    let trun = chunk.windows(4).position(|word| word == b"trun").unwrap() + 4;
    let number = |at: usize| u32::from_be_bytes(chunk[at..at + 4].try_into().unwrap()) as usize;
    let count = number(trun + 4);
    // Data offset and first sample's flags, then size and composition offset of each (8.8.8).
    let sizes: usize = (0..count)
        .map(|sample| number(trun + 16 + sample * 8))
        .sum();
    assert_eq!((count, sizes), (20, boxes[1].1 - 8));
    assert_eq!(number(trun + 8), boxes[0].1 + 8);
}

#[test]
fn representations_of_the_same_name_have_different_media() {
    let library = MediaLibrary::load().unwrap();
    let movie = FixtureMovie::standard();
    let second = MockRepresentation::Flv(Some(VideoStream::Best), AudioStream::Second);
    let audio_tracks = |representation| {
        let mut tags = media_tags(&chunk(
            &library,
            representation,
            &movie,
            4,
            FlvClock::Continues,
        ));
        tags.retain(|(kind, ..)| *kind == 8);
        tags
    };
    assert_ne!(audio_tracks(BEST_FLV), audio_tracks(second));
}
