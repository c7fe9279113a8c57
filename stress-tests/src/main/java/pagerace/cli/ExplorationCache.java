// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import pagerace.report.Json;
import pagerace.stress.TierProbe;

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
    private static final int FORMAT = 1;

    private static final String NAME = "explored.txt";

    /** What of {@code pagerace.jar} has no part in exploring. All else has, in it and elsewhere. */
    private static final List<String> WITHOUT_PART = List.of(
            "com/",
            "joptsimple/",
            "META-INF/",
            "org/",
            "picocli/",
            "pagerace/cli/",
            "pagerace/kernel/",
            "pagerace/litmus/",
            "pagerace/price/",
            "pagerace/report/",
            "pagerace/soak/",
            "pagerace/stress/");

    /** How a VM is told to take classes from elsewhere, or to change them. */
    private static final List<String> FROM_ELSEWHERE = List.of(
            "-javaagent", "-agentlib", "-agentpath", "-Xbootclasspath", "--patch-module", "-Djava.system.class.loader");

    private final @Nullable Path file;
    private final String classes;
    private final Map<String, Kept> kept = new TreeMap<>();
    private boolean isChanged;
    private int hits;

    /**
     * What was kept.
     *
     * @param value what was found
     * @param date when, as ISO 8601
     */
    record Found<T>(T value, String date) {}

    private record Kept(String date, String json) {}

    private ExplorationCache(@Nullable Path file, String classes) {
        this.file = file;
        this.classes = classes;
    }

    /** Keeps nothing. */
    static ExplorationCache none() {
        return new ExplorationCache(null, "");
    }

    /** Of this process; {@code believes} what the file says, or only adds to it. */
    static ExplorationCache open(boolean believes) {
        Path jar = jar();
        if (jar == null || isFromElsewhere()) {
            return none();
        }
        List<Path> classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .toList();
        return of(classPath, jar, jar.resolveSibling(NAME), believes);
    }

    /** The same for another class path, of which {@code ours} is {@code pagerace.jar}, and another file. */
    static ExplorationCache of(List<Path> classPath, Path ours, Path file, boolean believes) {
        try {
            ExplorationCache cache = new ExplorationCache(file, digest(classPath, ours));
            if (believes) {
                cache.read(file);
            }
            return cache;
        } catch (IOException e) {
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

    private static boolean isFromElsewhere() {
        Stream<String> arguments =
                Stream.of(ProcessHandle.current().info().arguments().orElse(new String[] {"-javaagent: perhaps"}));
        Stream<String> inherited =
                TierProbe.INHERITED.stream().map(name -> System.getenv().getOrDefault(name, ""));
        return Stream.concat(arguments, inherited.flatMap(flags -> Stream.of(flags.split("\\s+", -1))))
                .anyMatch(argument -> FROM_ELSEWHERE.stream().anyMatch(argument::startsWith));
    }

    private static String digest(List<Path> classPath, Path ours) throws IOException {
        MessageDigest digest = sha256();
        add(digest, "format " + FORMAT);
        add(digest, System.getProperty("java.vm.name") + " " + Runtime.version());
        for (Path entry : classPath) {
            if (Files.isDirectory(entry)) {
                addDirectory(digest, entry);
            } else if (Files.isRegularFile(entry)) {
                addJar(digest, entry, Files.isSameFile(entry, ours) ? WITHOUT_PART : List.of());
            }
            add(digest, "next");
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void addJar(MessageDigest digest, Path path, List<String> withoutPart) throws IOException {
        try (JarFile jar = new JarFile(path.toFile())) {
            Manifest manifest = jar.getManifest();
            if (manifest != null && manifest.getMainAttributes().getValue("Class-Path") != null) {
                throw new IOException(path + " has a class path of its own");
            }
            List<String> lines = new ArrayList<>();
            for (ZipEntry entry : Collections.list(jar.entries())) {
                if (withoutPart.stream().noneMatch(entry.getName()::startsWith) || isService(entry.getName())) {
                    lines.add(entry.getName() + " " + entry.getCrc() + " " + entry.getSize());
                }
            }
            // The order in which they lie in the jar decides nothing.
            lines.stream().sorted().forEach(line -> add(digest, line));
        }
    }

    /** Those by which fixes are found. */
    private static boolean isService(String name) {
        return name.startsWith("META-INF/services/pagerace.");
    }

    private static void addDirectory(MessageDigest digest, Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                add(digest, directory.relativize(file).toString());
                digest.update(Files.readAllBytes(file));
            }
        }
    }

    private static void add(MessageDigest digest, String line) {
        digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
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
        return "explored by the classes " + classes + ", lines " + hash(lines);
    }

    /** A digest of {@code text}, for keys that would be too long. */
    static String hash(String text) {
        return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** What was kept under {@code key}; null if nothing was. */
    <T extends Record> @Nullable Found<T> find(String key, Class<T> type) {
        Kept found = kept.get(key);
        if (found == null) {
            return null;
        }
        try {
            Found<T> read = new Found<>(Json.read(found.json, type), found.date);
            hits++;
            return read;
        } catch (IOException | RuntimeException e) { // written by a version that this one does not understand
            return null;
        }
    }

    /** How often something was found in it. */
    int hits() {
        return hits;
    }

    /** Keeps what was found just now. */
    void put(String key, Record value) {
        if (file != null) {
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            kept.put(key, new Kept(now, Json.line(value)));
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
