// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a litmus file says of itself, in the comment between its name and its initial block.
 *
 * @param paragraphs the comment, each paragraph in one line
 */
record Preamble(String name, List<String> paragraphs) {
    private static final String RESULT = "Result: ";
    private static final Pattern FORM =
            Pattern.compile("C (?<name>\\S+)\n\n\\(\\*\n(?<lines>( \\*( .*)?\n)+) \\*\\)\n\n\\{");

    /** The preamble of {@code text}, which fails if it has none. */
    static Preamble of(String text) {
        Matcher matcher = FORM.matcher(text);
        assertThat(matcher.lookingAt()).as("has a preamble: %s", text).isTrue();
        List<String> paragraphs = Stream.of(matcher.group("lines").split(" \\*\n"))
                .map(lines -> lines.replaceAll("(?m)^ \\* ", "").strip().replace('\n', ' '))
                .toList();
        return new Preamble(matcher.group("name"), paragraphs);
    }

    String question() {
        return paragraphs.get(0);
    }

    /** What follows {@code Result:}. */
    String result() {
        List<String> results =
                paragraphs.stream().filter(each -> each.startsWith(RESULT)).toList();
        assertThat(results).hasSize(1);
        return results.get(0).substring(RESULT.length());
    }

    /** What should follow {@code Result:} if these are the verdicts, the strongest model first. */
    static String result(List<LitmusVerdict> verdicts) {
        List<String> weakestFirst = new ArrayList<>();
        verdicts.forEach(verdict -> weakestFirst.add(
                0, verdict.observation() + " (" + verdict.exploration().level() + ")"));
        return String.join(", ", weakestFirst);
    }
}
