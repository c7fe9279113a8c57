// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import pagerace.own.OwnFix;

/** The jars and folders with fixes of the user, which the script {@code pagerace} puts behind its own jar. */
final class UserClassPath {
    /** The environment variable that names them. */
    static final String VARIABLE = "PAGERACE_CLASSPATH";

    /** The file by which a jar or a folder says that it has fixes. */
    static final String SERVICE = "META-INF/services/" + OwnFix.class.getName();

    private final List<String> entries;

    /** Of {@code value}, written as the variable is; null if that is not set. */
    UserClassPath(@Nullable String value) {
        entries = value == null
                ? List.of()
                : Stream.of(value.split(Pattern.quote(File.pathSeparator), -1))
                        .filter(entry -> !entry.isEmpty())
                        .toList();
    }

    /** That of this process. */
    static UserClassPath current() {
        return new UserClassPath(System.getenv(VARIABLE));
    }

    /** The VM passes over what does not exist, so this says it: in a sentence, about the first such entry. */
    Optional<String> complaint() {
        return entries.stream()
                .filter(entry -> !new File(withoutStar(entry)).exists())
                .findFirst()
                .map(entry -> VARIABLE + " names " + entry + ", which does not exist; build the fix first, or unset "
                        + VARIABLE + ".");
    }

    /** The entries whose classes PageRace does not take for fixes. One with a star stands for many jars, not all with fixes. */
    List<String> withoutFixes() {
        return entries.stream()
                .filter(entry -> !entry.endsWith("*") && !hasService(new File(entry)))
                .toList();
    }

    /** A path that ends with a star means all jars in its folder. */
    private static String withoutStar(String entry) {
        return entry.equals("*") ? "." : entry.endsWith("*") ? entry.substring(0, entry.length() - 1) : entry;
    }

    private static boolean hasService(File entry) {
        if (entry.isDirectory()) {
            return new File(entry, SERVICE).isFile();
        }
        try (ZipFile jar = new ZipFile(entry)) {
            return jar.getEntry(SERVICE) != null;
        } catch (IOException e) {
            return false; // no jar at all, so the VM finds no service in it either
        }
    }
}
