//! Assembles movies with many codec options from segments of every kind, and reads them with other
//! programs.
//!
//! ffmpeg encodes a movie and segments it. The movie that `media` assembles of the segments must
//! hold the packets that ffmpeg reads in the whole movie: the same bytes, times and keyframes.
//! ffmpeg, ffprobe, mediainfo and mp4-atom must read it without a warning.
//!
//! 1. [`test_movie`] encodes the movie.
//! 2. [`segmenter`] segments it, and reads the packets of the whole movie.
//! 3. [`assemble`] assembles the segments.
//! 4. [`packets`] compares the packets.
//! 5. [`readers`] reads the result with other programs.

mod assemble;
mod packets;
mod readers;
mod segmenter;
mod test_movie;

use media::{OutputFormat, SegmentFormat};
use tempfile::TempDir;

use segmenter::Segmenter;
use test_movie::{TestMovie, test_movie};

/// Segments the movie with every segmenter that supports its codecs, and verifies what is
/// assembled.
fn check_all_segmenters(film: &TestMovie) {
    let folder = TempDir::new().unwrap();
    let whole = film.encode(folder.path());
    for cut in Segmenter::ALL {
        if !cut.supports(film) {
            continue;
        }
        let cutting = cut.segment(film, &whole, folder.path());
        assert!(cutting.segments.len() >= film.min_segments, "{cut:?}");
        let formats: &[OutputFormat] = match cutting.source {
            SegmentFormat::Flv => &[OutputFormat::Mp4, OutputFormat::Flv],
            SegmentFormat::Fmp4 | SegmentFormat::Ts => &[OutputFormat::Mp4],
        };
        for format in formats {
            let made = assemble::assemble(&cutting, *format, folder.path());
            let what = format!("{cut:?} to {format:?}");
            let found = packets::read(&made.path, &[]);
            packets::assert_same(&found, &cutting, film, &what);
            readers::assert_content(&made, found, &what);
        }
    }
}

macro_rules! matrix {
    ($($name:ident: $film:expr;)+) => {
        $(
            #[test]
            fn $name() {
                check_all_segmenters(&$film);
            }
        )+
    };
}

/// Video source of ffmpeg: a test pattern of four seconds.
const PLAIN: &str = "testsrc2=size=64x48:rate=25:duration=4";
/// Audio source of ffmpeg: a mono tone of four seconds.
const TONE: &str = "sine=frequency=440:sample_rate=44100:duration=4";
const AAC: &str = "-c:a aac -b:a 16k";
const NO_B: &str = "-bf 0 -g 25";
const TWO_B: &str = "-bf 2 -g 25";

matrix! {
    pictures_without_b_frames: test_movie().video(PLAIN, NO_B).audio(TONE, AAC);
    pictures_with_two_b_frames: test_movie().video(PLAIN, TWO_B).audio(TONE, AAC);
    pictures_with_three_b_frames_that_others_refer_to:
        test_movie().video(PLAIN, "-bf 3 -g 25 -b-pyramid normal -b_strategy 0").audio(TONE, AAC);
    pictures_with_sixteen_references:
        test_movie().video(PLAIN, "-bf 8 -g 25 -refs 16 -b_strategy 0").audio(TONE, AAC);
    pictures_in_open_groups:
        test_movie().video(PLAIN, "-bf 2 -g 25 -flags -cgop -x264-params open-gop=1").audio(TONE, AAC);
    pictures_at_23_976: test_movie()
        .video("testsrc2=size=64x48:rate=24000/1001:duration=4", "-bf 2 -g 24")
        .audio("sine=sample_rate=48000:duration=4", AAC);
    pictures_at_29_97: test_movie()
        .video("testsrc2=size=64x48:rate=30000/1001:duration=4", "-bf 2 -g 30")
        .audio("sine=sample_rate=48000:duration=4", AAC);
    pictures_at_60: test_movie()
        .video("testsrc2=size=64x48:rate=60:duration=4", "-bf 2 -g 60")
        .audio("sine=sample_rate=48000:duration=4", AAC);
    pictures_at_60_and_59_94_of_them: test_movie()
        .video("testsrc2=size=64x48:rate=60000/1001:duration=4", "-bf 3 -g 60")
        .audio(TONE, AAC);
    pictures_at_one_a_second: test_movie()
        .video("testsrc2=size=64x48:rate=1:duration=10", "-bf 0 -g 2")
        .audio("sine=sample_rate=44100:duration=10", AAC);
    pictures_at_12_5: test_movie()
        .video("testsrc2=size=64x48:rate=25/2:duration=6", "-bf 1 -g 12")
        .audio("sine=sample_rate=22050:duration=6", AAC);
    pictures_at_times_of_their_own: test_movie()
        .video(PLAIN, "-vf select=not(mod(n\\,3)*mod(n\\,7)) -fps_mode vfr -bf 0 -g 9")
        .audio(TONE, AAC)
        .irregular_timing();
    pictures_at_times_of_their_own_with_b_frames: test_movie()
        .video(PLAIN, "-vf select=not(mod(n\\,3)*mod(n\\,5)) -fps_mode vfr -bf 2 -g 10")
        .audio(TONE, AAC)
        .irregular_timing();
    pictures_that_stand_for_seconds: test_movie()
        .video(
            "testsrc2=size=64x48:rate=10:duration=10",
            "-vf select=lt(mod(n\\,50)\\,10)+not(mod(n\\,25)) -fps_mode vfr -bf 0 -g 10",
        )
        .audio("sine=sample_rate=44100:duration=10", AAC)
        .irregular_timing();
    pictures_that_slow_down: test_movie()
        .video(PLAIN, "-vf setpts=PTS*(1+N/100) -fps_mode vfr -enc_time_base 1/1000 -bf 0 -g 20")
        .audio(TONE, AAC)
        .irregular_timing();
    pictures_with_one_keyframe:
        test_movie().video(PLAIN, "-bf 2 -g 1000").audio(TONE, AAC).single_segment();
    pictures_with_a_keyframe_in_four_seconds: test_movie()
        .video("testsrc2=size=64x48:rate=25:duration=10", "-bf 2 -g 100")
        .audio("sine=sample_rate=44100:duration=10", AAC);
    pictures_that_are_all_keyframes: test_movie().video(PLAIN, "-g 1").audio(TONE, AAC);
    pictures_of_an_odd_size: test_movie()
        .video("testsrc2=size=66x50:rate=25:duration=4", "-bf 2 -g 25")
        .audio(TONE, AAC);
    pictures_of_the_baseline: test_movie()
        .video(PLAIN, "-profile:v baseline -g 25")
        .audio(TONE, AAC);
    pictures_in_four_slices: test_movie()
        .video("testsrc2=size=96x64:rate=25:duration=4", "-bf 2 -g 25 -slices 4")
        .audio(TONE, AAC);
    pictures_with_ten_bits_of_colour:
        test_movie().video(PLAIN, "-bf 2 -g 25 -pix_fmt yuv420p10le").audio(TONE, AAC);
    pictures_with_all_their_colour:
        test_movie().video(PLAIN, "-bf 2 -g 25 -pix_fmt yuv444p").audio(TONE, AAC);
    pictures_alone: test_movie().video(PLAIN, TWO_B);
    pictures_alone_at_29_97: test_movie()
        .video("testsrc2=size=64x48:rate=30000/1001:duration=4", "-bf 2 -g 30");
    sound_alone: test_movie().audio(TONE, AAC);
    sound_of_48_khz: test_movie()
        .video(PLAIN, TWO_B)
        .audio("sine=sample_rate=48000:duration=4", AAC);
    sound_of_22_khz: test_movie()
        .video(PLAIN, TWO_B)
        .audio("sine=sample_rate=22050:duration=4", AAC);
    sound_of_8_khz: test_movie()
        .video(PLAIN, TWO_B)
        .audio("sine=sample_rate=8000:duration=4", "-c:a aac -b:a 8k");
    sound_of_96_khz: test_movie()
        .video(PLAIN, TWO_B)
        .audio("sine=sample_rate=96000:duration=4", AAC);
    sound_in_two_channels:
        test_movie().video(PLAIN, TWO_B).audio(TONE, "-c:a aac -b:a 32k -ac 2");
    sound_in_six_channels:
        test_movie().video(PLAIN, TWO_B).audio(TONE, "-c:a aac -b:a 64k -ac 6");
    sound_that_starts_late:
        test_movie().video(PLAIN, TWO_B).audio(TONE, AAC).delay_audio("0.737");
    sound_that_starts_early:
        test_movie().video(PLAIN, TWO_B).audio(TONE, AAC).delay_video("0.613");
    sound_that_ends_early: test_movie()
        .video(PLAIN, TWO_B)
        .audio("sine=sample_rate=44100:duration=1.3", AAC)
        .irregular_timing();
    sound_that_goes_on: test_movie()
        .video(PLAIN, TWO_B)
        .audio("sine=sample_rate=44100:duration=5.2", AAC);
    sound_with_gaps: test_movie()
        .video(PLAIN, TWO_B)
        .audio(TONE, "-af aselect=lt(mod(t\\,1)\\,0.7) -c:a aac -b:a 16k")
        .irregular_timing();
    sound_in_mp3: test_movie()
        .video(PLAIN, TWO_B)
        .audio(TONE, "-c:a libmp3lame -b:a 32k");
    sound_in_mp3_of_22_khz: test_movie()
        .video(PLAIN, NO_B)
        .audio("sine=sample_rate=22050:duration=4", "-c:a libmp3lame -b:a 16k");
    sound_in_mp3_alone: test_movie().audio(TONE, "-c:a libmp3lame -q:a 9");
    sound_in_opus: test_movie()
        .video(PLAIN, TWO_B)
        .audio("sine=sample_rate=48000:duration=4", "-c:a libopus -b:a 16k")
        .fmp4_only();
    sound_in_ac3: test_movie()
        .video(PLAIN, TWO_B)
        .audio("sine=sample_rate=48000:duration=4", "-c:a ac3 -b:a 64k")
        .fmp4_only();
    a_film_of_half_a_second: test_movie()
        .video("testsrc2=size=64x48:rate=25:duration=0.5", TWO_B)
        .audio("sine=sample_rate=44100:duration=0.5", AAC)
        .single_segment();
    a_film_of_one_picture: test_movie()
        .video("testsrc2=size=64x48:rate=25:duration=0.04", NO_B)
        .audio("sine=sample_rate=44100:duration=0.04", AAC)
        .single_segment();
}
