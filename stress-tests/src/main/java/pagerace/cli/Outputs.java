// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import pagerace.report.Report;

/** The files that a run leaves in its directory. */
record Outputs(Path directory) {
    /** Where a run leaves them unless it is told otherwise. */
    static final Path USUAL = Path.of("target", "pagerace");

    /** What a run leaves as its very last act, for builds that look for it. */
    enum Mark {
        /** Everything was decided, and nothing fails. */
        PASSED,
        /** Something is open, and the user has said that this will do. */
        UNDECIDED;

        private String file() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String LOCK = ".lock";

    Path journal() {
        return directory.resolve("measured.jsonl");
    }

    /** Takes away the marks of the last run: the next one may be refused, and that must not look as if it had passed. */
    void unmark() throws IOException {
        if (Files.isDirectory(directory)) {
            for (Mark mark : Mark.values()) {
                Files.deleteIfExists(directory.resolve(mark.file()));
            }
        }
    }

    /** A run that writes into the directory; returns its exit code. */
    interface Writer {
        int write() throws IOException;
    }

    /**
     * Makes the directory, and keeps other runs out, in this process and in others, until {@code run} has ended.
     *
     * @throws BadInput if another run is going on there
     */
    int alone(Writer run) throws IOException {
        Files.createDirectories(directory);
        // The file stays: who deleted it might delete the one that a third run has just locked.
        try (FileChannel channel =
                FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (!isLocked(channel)) {
                throw new BadInput("Another run is going on in " + directory + "; name another directory by --output.");
            }
            return run.write();
        }
    }

    /** The system gives the lock back whatever becomes of the process, and the channel's end does. */
    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // a run in this very process has it
        }
    }

    /** Takes away the reports of the last run, so that nobody reads them as this one's. */
    void discard() throws IOException {
        for (Format format : Format.values()) {
            Files.deleteIfExists(file(format));
        }
    }

    /** The file of one format. */
    Path file(Format format) {
        return directory.resolve(format.file());
    }

    /** Writes these formats: all of them can be made before the first is written. A file appears as a whole or not at all. */
    void write(Report report, List<Format> formats) throws IOException {
        Map<Format, String> texts = new EnumMap<>(Format.class);
        formats.forEach(format -> texts.put(format, format.of(report)));
        Files.createDirectories(directory);
        for (Map.Entry<Format, String> text : texts.entrySet()) {
            replace(text.getKey().file(), text.getValue());
        }
    }

    /** What {@link #write} has written, in a sentence. */
    String written(List<Format> formats) {
        return "Wrote " + formats.stream().map(Format::file).collect(Collectors.joining(", ")) + " to "
                + directory.toAbsolutePath().normalize() + ".";
    }

    /** Leaves {@code mark} of the run with that id. */
    void leave(Mark mark, String run) throws IOException {
        replace(mark.file(), run + "\n");
    }

    private void replace(String name, String text) throws IOException {
        Path unfinished = directory.resolve(name + ".tmp");
        try {
            // Text of the data may be no Unicode: this puts question marks there, where Files.writeString would throw.
            Files.write(unfinished, text.getBytes(StandardCharsets.UTF_8));
            Files.move(unfinished, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (FileSystemException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        } catch (IOException e) { // a full disk, which has no name
            Files.deleteIfExists(unfinished);
            throw new FileSystemException(unfinished.toString(), null, e.getMessage());
        }
    }
}
