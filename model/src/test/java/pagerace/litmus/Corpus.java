// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The recorded corpus: named cores of races and random programs, each with its verdict under four models. */
final class Corpus {
    /** A line of {@code verdicts.tsv}. */
    record Entry(String set, String test, String sc, String tso, String lkmm, String weak) {
        String text() {
            return read(set + "/" + test + ".litmus");
        }

        LitmusTest litmus() {
            return LitmusTest.parse(text());
        }

        @Override
        public String toString() {
            return set + "/" + test;
        }
    }

    private Corpus() {}

    static List<Entry> entries() {
        return read("verdicts.tsv")
                .lines()
                .skip(1)
                .map(line -> line.split("\t", -1))
                .map(f -> new Entry(f[0], f[1], f[2], f[3], f[4], f[5]))
                .toList();
    }

    static String read(String file) {
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream("/litmus/" + file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
