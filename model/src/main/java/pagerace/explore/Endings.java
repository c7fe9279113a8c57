// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagerace.race.Outcome;

/**
 * All ways in which the executions of a program end: how each actor ended, what each word holds, and what the judge makes of that.
 * Their {@link #digest} changes if a judge puts a single one of them under another outcome or mark, though every outcome stays
 * reachable.
 *
 * <p>It is a digest of values and names, and names change: the file {@code renamed.txt} beside this class translates each new name
 * to the one that it had when digests were first recorded.
 */
final class Endings {
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*");
    private static final String LEFT_OUT = "-";
    private static final int DIGITS = 12;

    private static final Map<String, String> RENAMED = renamed();

    private final Map<String, String> renamed;
    private final SortedSet<String> all = new TreeSet<>();
    /** By final memory, which outcomes the judge has found in it: the first that memory alone forbids, and the first that it does not. */
    private final Map<String, Outcome> forbidden = new HashMap<>();

    private final Map<String, Outcome> allowed = new HashMap<>();

    Endings() {
        this(RENAMED);
    }

    /** {@code renamed} translates names; a word that it translates to a dash is left out. */
    Endings(Map<String, String> renamed) {
        this.renamed = renamed;
    }

    /** Lines such as {@code new.name old.name}, and comments behind a hash. */
    private static Map<String, String> renamed() {
        Map<String, String> renamed = new HashMap<>();
        try (InputStream file = requireNonNull(Endings.class.getResourceAsStream("renamed.txt"))) {
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("#.*", "").strip().split("\\s+", 2))
                    .filter(names -> names.length == 2)
                    .forEach(names -> renamed.put(names[0], names[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(renamed);
    }

    /**
     * Adds one.
     *
     * @param outcome what the judge says
     * @param ends how each actor ended
     * @param words the names of the words
     * @param values what they hold
     */
    void add(Object outcome, List<?> ends, List<String> words, long[] values) {
        Map<String, List<Long>> memory = new TreeMap<>();
        for (int word = 0; word < values.length; word++) {
            String name = renamed.getOrDefault(words.get(word), words.get(word));
            if (!name.equals(LEFT_OUT)) {
                memory.computeIfAbsent(name, unused -> new ArrayList<>()).add(values[word]);
            }
        }
        String mark = outcome instanceof Outcome judged ? " " + judged.mark() : "";
        all.add(translated(outcome + mark + " " + ends) + " " + memory);
    }

    /**
     * Adds what the judge makes of a memory.
     *
     * @param outcome what he says
     * @param values what the words held when the actors had ended, before he looked
     */
    void addMeaning(Object outcome, long[] values) {
        if (outcome instanceof Outcome judged && !judged.isByEnds()) {
            (judged.mark() == Outcome.Mark.FORBIDDEN ? forbidden : allowed)
                    .putIfAbsent(Arrays.toString(values), judged);
        }
    }

    /**
     * Two outcomes of equal memories, of which the judge forbids one and allows the other, in a sentence without its end; null if
     * there are none.
     */
    @Nullable
    String contradiction() {
        for (Map.Entry<String, Outcome> found : forbidden.entrySet()) {
            Outcome other = allowed.get(found.getKey());
            if (other != null) {
                return "the judge calls one final memory " + found.getValue().name() + ", which is forbidden, and "
                        + other.name() + ", which is not, by how the actors ended; if that is meant, say byEnds of "
                        + found.getValue().name();
            }
        }
        return null;
    }

    /** In a record's text names stand among others, so each is looked up by itself. */
    private String translated(String text) {
        return renamed.isEmpty()
                ? text
                : IDENTIFIER.matcher(text).replaceAll(name -> renamed.getOrDefault(name.group(), name.group()));
    }

    /** The same for the same set, in whatever order they were added: twelve hexadecimal digits. */
    String digest() {
        return Sha256.hex(all.stream().collect(Collectors.joining("\n"))).substring(0, DIGITS);
    }
}
