// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagerace.verdict.Measurement;

/**
 * What was measured, one line of JSON per fork, written when the fork ends: if the run is killed, the lines before stay. The
 * first line is the {@link Head}.
 */
public final class Journal implements AutoCloseable {
    /** The version written today; a change that breaks readers raises it. */
    public static final int SCHEMA = 5;

    /**
     * What was asked for, on which machine.
     *
     * @param schema the version of this format
     * @param run the run, as it began
     * @param catalogue the digest of the catalogue
     * @param plan the keys of the points that were planned
     */
    public record Head(int schema, Run run, String catalogue, List<String> plan) {}

    /**
     * The last line of a run that went on to its end.
     *
     * @param end true
     * @param elapsed the time the run took, in seconds
     * @param forks how many lines stand between the head and this one
     */
    public record End(boolean end, long elapsed, int forks) {}

    /**
     * A journal that was read back.
     *
     * @param head the first line
     * @param measurements the others
     * @param end the last line; null if the run did not go on to its end
     * @param damage what is wrong with the line at which reading stopped; null if it was read to its end
     */
    public record Contents(
            Head head,
            List<Measurement> measurements,
            @Nullable End end,
            @Nullable String damage) {
        /** The run: as long as its forks took if nobody said how long it was. */
        public Run run() {
            long seconds = measurements.stream().mapToLong(Measurement::millis).sum() / 1000;
            return head.run().ended(end == null ? seconds : end.elapsed(), end != null);
        }
    }

    private final Path file;
    private final Writer lines;
    private int forks;

    /** Begins a journal, in place of the one that was there. */
    public Journal(Path file, Head head) throws IOException {
        this.file = file;
        // A failure may be told in what is no Unicode: this writer puts question marks there, that of Files would
        // throw.
        lines = new OutputStreamWriter(Files.newOutputStream(file), StandardCharsets.UTF_8);
        write(head);
    }

    /** Appends what one fork measured. */
    public void add(Measurement measurement) {
        write(measurement);
        forks++;
    }

    /** Says that the run went on to its end. */
    public void end(long elapsedSeconds) {
        write(new End(true, elapsedSeconds, forks));
    }

    private synchronized void write(Object value) {
        String line = Json.line(value) + System.lineSeparator();
        try {
            lines.write(line);
            lines.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(new FileSystemException(file.toString(), null, e.getMessage()));
        }
    }

    /**
     * Reads a journal, as far as it can be read.
     *
     * @throws NotWhole if something is missing in its first line, or wrong there
     * @throws IOException if there is no such file, or its first line is not the head of a journal
     */
    public static Contents read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        Head head = Json.read(lines.isEmpty() ? "" : lines.get(0), Head.class);
        if (head.schema() != SCHEMA) {
            throw new NotWhole("is of version " + head.schema());
        }
        List<Measurement> measurements = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            String line = "line " + (i + 1) + " ";
            try {
                if (lines.get(i).startsWith("{\"end\"")) {
                    End end = Json.read(lines.get(i), End.class);
                    boolean last = i == lines.size() - 1;
                    String damage = !last
                            ? "line " + (i + 2) + " stands behind the end"
                            : end.forks() == measurements.size()
                                    ? null
                                    : line + "says that there were " + end.forks() + " measurements, and there are "
                                            + measurements.size();
                    return new Contents(head, measurements, end, damage);
                }
                Measurement measurement = Json.read(lines.get(i), Measurement.class);
                if (!head.run().id().equals(measurement.run())) {
                    return new Contents(head, measurements, null, line + "is of another run");
                }
                measurements.add(measurement);
            } catch (NotWhole e) {
                return new Contents(head, measurements, null, line + e.getMessage());
            } catch (JsonProcessingException e) {
                return new Contents(head, measurements, null, line + "is broken or cut off");
            }
        }
        return new Contents(head, measurements, null, null);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
