// SPDX-License-Identifier: Apache-2.0
package pagerace.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where to read what the catalogue names in short: mails, articles, CVEs and commits. */
public final class Links {
    private static final Pattern NAMED = Pattern.compile("(?<mail>[\\w.+=-]+@[\\w.-]*\\w)"
            + "|(?<article>(?<=LWN )\\d{6}|(?<=LWN \\d{6} and )\\d{6})"
            + "|(?<cve>CVE-\\d{4}-\\d{4,7})"
            + "|(?<commit>\\b[0-9a-f]{12}\\b)");

    private Links() {}

    /**
     * Part of a text.
     *
     * @param text what it says
     * @param address where to read about that; null if the text stands for itself
     */
    public record Part(String text, @Nullable String address) {}

    /** {@code text} in parts: what names something to read, and what is between. */
    public static List<Part> in(String text) {
        List<Part> parts = new ArrayList<>();
        Matcher named = NAMED.matcher(text);
        int end = 0;
        while (named.find()) {
            parts.add(new Part(text.substring(end, named.start()), null));
            parts.add(new Part(named.group(), address(named)));
            end = named.end();
        }
        parts.add(new Part(text.substring(end), null));
        return parts.stream().filter(part -> !part.text.isEmpty()).toList();
    }

    /**
     * {@code text} with the addresses of mails and articles, which a terminal makes links of: without them nobody finds these. A
     * colon behind an address would count as part of it.
     */
    public static String spelled(String text) {
        String spelled = in(text).stream()
                .map(part -> part.address != null && part.address.endsWith("/") ? part.address : part.text)
                .collect(Collectors.joining());
        return spelled.replace("/: ", "/ ").replace("LWN https:", "https:");
    }

    /** The address of the commit {@code id}. */
    public static String commit(String id) {
        return "https://git.kernel.org/linus/" + id;
    }

    private static String address(Matcher named) {
        String name = named.group();
        if (named.group("mail") != null) {
            return "https://lore.kernel.org/all/" + name + "/";
        }
        if (named.group("article") != null) {
            return "https://lwn.net/Articles/" + name + "/";
        }
        return named.group("cve") != null ? "https://www.cve.org/CVERecord?id=" + name : commit(name);
    }
}
