// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.explore.Sha256;
import pagerace.report.Json;
import pagerace.terminal.Terminal;

/**
 * What the explorer found, kept from one command to the next in a file beside {@code pagerace.jar}: for exactly the classes that
 * found it. A file that is of other classes, or that is not as it was written, is as good as none.
 *
 * <p>What the explorer finds depends on the model, on itself, on fixes of users and on the JVM. So the file is of a digest over all
 * that the class path gives, in its order, except for what certainly has no part in it. Where classes may come from elsewhere, by an
 * agent or a patched module, nothing is kept.
 */
final class ExplorationCache {
    /** Raised if lines come to mean something else. */
    private static final int FORMAT = 2;

    private static final String NAME = "explored.txt";

    /** What of {@code pagerace.jar} has no part in exploring. All else has, in it and elsewhere. */
    private static final List<String> WITHOUT_PART = List.of(
            "META-INF/maven/",
            "com/fasterxml/",
            "com/sun/jna/",
            "joptsimple/",
            "org/jspecify/",
            "org/openjdk/",
            "pagerace/cli/",
            "pagerace/kernel/",
            "pagerace/litmus/",
            "pagerace/price/",
            "pagerace/report/",
            "pagerace/soak/",
            "pagerace/stress/",
            "pagerace/terminal/",
            "picocli/");

    /** Of those some have: what asks, and how schedules are worded. */
    private static final List<String> WITH_PART =
            List.of("pagerace/cli/Predictions", "pagerace/cli/ExplorationCache", "pagerace/report/Json");

    /** How a VM is told to take classes from elsewhere, or to change them. */
    private static final List<String> FROM_ELSEWHERE = List.of(
            "-javaagent", "-agentlib", "-agentpath", "-Xbootclasspath", "--patch-module", "-Djava.system.class.loader");

    /** What else may change what a fix of the user's does. */
    private static final List<String> OF_PROGRAMS = List.of("-D", "-ea", "-enableassertions", "-esa", "-da");

    /** But this one does not: how what was found is printed. */
    private static final String OF_THE_TERMINAL = "-D" + Terminal.PROPERTY + "=";

    /** Beyond that folders on the class path are no folders of classes. */
    private static final int MOST_FILES = 20_000;

    private static final long MOST_BYTES = 256L << 20;

    private final @Nullable Path file;
    private final String classes;
    private final Map<String, Kept> kept = new TreeMap<>();
    private boolean isChanged;

    /**
     * What was found.
     *
     * @param value what
     * @param date when, as ISO 8601, if an earlier command found it; null if this one did
     */
    record Found<T>(T value, @Nullable String date) {}

    private record Kept(String date, String json) {}

    private ExplorationCache(@Nullable Path file, String classes) {
        this.file = file;
        this.classes = classes;
    }

    /** Keeps nothing. */
    static ExplorationCache none() {
        return new ExplorationCache(null, "");
    }

    /** Of this process; {@code believes} what the file says, or replaces it. */
    static ExplorationCache open(boolean believes) {
        try {
            Path jar = jar();
            RuntimeMXBean vm = ManagementFactory.getRuntimeMXBean();
            boolean isFromElsewhere = System.getProperty("jdk.module.path") != null
                    || vm.getInputArguments().stream()
                            .anyMatch(argument -> FROM_ELSEWHERE.stream().anyMatch(argument::startsWith));
            if (jar == null || isFromElsewhere) {
                return none();
            }
            String flags = vm.getInputArguments().stream()
                    .filter(argument -> OF_PROGRAMS.stream().anyMatch(argument::startsWith))
                    .filter(argument -> !argument.startsWith(OF_THE_TERMINAL))
                    .collect(Collectors.joining(" "));
            return of(
                    List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)),
                    jar,
                    jar.resolveSibling(NAME),
                    flags,
                    Instant.ofEpochMilli(vm.getStartTime()),
                    believes);
        } catch (RuntimeException e) {
            return none();
        }
    }

    /**
     * The same for another class path and file.
     *
     * @param ours which of the entries is {@code pagerace.jar}
     * @param flags what the programs were told
     * @param loaded since when classes may have been loaded: what has changed since is not what was
     */
    static ExplorationCache of(
            List<String> classPath, Path ours, Path file, String flags, Instant loaded, boolean believes) {
        try {
            ExplorationCache cache = new ExplorationCache(file, digest(classPath, ours, flags, loaded));
            if (believes) {
                cache.read(file);
            }
            return cache;
        } catch (IOException | RuntimeException e) { // nobody can tell which classes these are
            return none();
        }
    }

    /** The jar that this class is in; null if it is in none, as in tests. */
    private static @Nullable Path jar() {
        try {
            CodeSource source = ExplorationCache.class.getProtectionDomain().getCodeSource();
            Path path = source == null ? null : Path.of(source.getLocation().toURI());
            return path != null && Files.isRegularFile(path) ? path : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static String digest(List<String> classPath, Path ours, String flags, Instant loaded) throws IOException {
        MessageDigest digest = Sha256.begin();
        add(digest, "format " + FORMAT);
        add(digest, System.getProperty("java.vm.name") + " " + Runtime.version());
        add(digest, flags);
        boolean isOursMet = false;
        for (String name : classPath) {
            Path entry = Path.of(name);
            if (name.isEmpty()) {
                throw new IOException("the current directory is full of other things");
            }
            if (Files.isDirectory(entry)) {
                addDirectory(digest, entry, loaded);
            } else if (Files.isRegularFile(entry)) {
                boolean isOurs = Files.isSameFile(entry, ours);
                isOursMet |= isOurs;
                checkAge(entry, loaded);
                addJar(digest, entry, isOurs);
            }
            add(digest, "next");
        }
        if (!isOursMet) {
            throw new IOException("another class path gives the classes");
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void checkAge(Path path, Instant loaded) throws IOException {
        if (Files.getLastModifiedTime(path).toInstant().isAfter(loaded)) {
            throw new IOException(path + " has changed since classes were loaded");
        }
    }

    private static void addJar(MessageDigest digest, Path path, boolean isOurs) throws IOException {
        try (JarFile jar = new JarFile(path.toFile())) {
            Manifest manifest = jar.getManifest();
            if (manifest != null && manifest.getMainAttributes().getValue("Class-Path") != null) {
                throw new IOException(path + " has a class path of its own");
            }
            // The order in which they lie in the jar decides nothing.
            Collections.list(jar.entries()).stream()
                    .filter(entry -> !isOurs || hasPart(entry.getName()))
                    .map(entry -> entry.getName() + " " + entry.getCrc() + " " + entry.getSize())
                    .sorted()
                    .forEach(line -> add(digest, line));
        }
    }

    private static boolean hasPart(String name) {
        return WITHOUT_PART.stream().noneMatch(name::startsWith)
                || WITH_PART.stream().anyMatch(name::startsWith);
    }

    private static void addDirectory(MessageDigest digest, Path directory, Instant loaded) throws IOException {
        try (Stream<Path> found = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files = found.filter(Files::isRegularFile)
                    .limit(MOST_FILES + 1L)
                    .sorted()
                    .toList();
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
                if (files.size() > MOST_FILES || bytes > MOST_BYTES) {
                    throw new IOException(directory + " is no folder of classes");
                }
                checkAge(file, loaded);
                add(digest, directory.relativize(file) + " " + Files.size(file));
                digest.update(Files.readAllBytes(file));
            }
        }
    }

    private static void add(MessageDigest digest, String line) {
        digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Its first line is of the others, each of which is a key, a date and a value, with tabs between. */
    private void read(Path from) {
        try {
            String text = Files.readString(from, StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            if (end < 0 || !text.substring(0, end).equals(head(text.substring(end + 1)))) {
                return;
            }
            text.substring(end + 1)
                    .lines()
                    .map(line -> line.split("\t", 3))
                    .forEach(parts -> kept.put(parts[0], new Kept(parts[1], parts[2])));
        } catch (IOException | RuntimeException e) {
            kept.clear();
        }
    }

    private String head(String lines) {
        return "explored by the classes " + classes + ", lines " + Sha256.hex(lines);
    }

    /** What was kept under {@code key}; null if nothing was. */
    <T extends Record> @Nullable Found<T> find(String key, Class<T> type) {
        Kept found = kept.get(key);
        if (found == null) {
            return null;
        }
        try {
            return new Found<>(Json.read(found.json, type), found.date);
        } catch (IOException | RuntimeException e) { // written by a version that this one does not understand
            return null;
        }
    }

    /** Keeps what was found just now. */
    void put(String key, Record value) {
        if (file != null) {
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            kept.put(key, new Kept(now, Json.kept(value)));
            isChanged = true;
        }
    }

    /** Writes what is kept: whole, or not at all. That it cannot be written costs time, and nothing else. */
    void write() {
        if (file == null || !isChanged) {
            return;
        }
        StringBuilder lines = new StringBuilder();
        kept.forEach((key, value) -> lines.append(key)
                .append('\t')
                .append(value.date)
                .append('\t')
                .append(value.json)
                .append('\n'));
        try {
            Path written =
                    file.resolveSibling(NAME + "." + ProcessHandle.current().pid());
            try {
                Files.writeString(written, head(lines.toString()) + "\n" + lines, StandardCharsets.UTF_8);
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                isChanged = false;
            } finally {
                Files.deleteIfExists(written);
            }
        } catch (IOException e) {
            // A directory that is not ours, or a full disk.
        }
    }
}
