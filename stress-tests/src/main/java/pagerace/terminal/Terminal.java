// SPDX-License-Identifier: Apache-2.0
package pagerace.terminal;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where output goes, as far as its form depends on that, and the breaking of lines for it.
 *
 * <p>A {@code COLUMNS} that the user has exported says how wide a line may be, for a pipe or a file too. Without it a terminal is
 * as wide as it is, and anything else takes lines of any length. Colours are for terminals, unless {@code NO_COLOR} is set or
 * {@code TERM} is {@code dumb}.
 *
 * @param columns how many characters a line may have; {@link #UNLIMITED} if any number
 * @param isTerminal whether somebody watches, so that a line can renew itself
 * @param hasColours whether escape sequences for colours are understood and wanted
 */
public record Terminal(int columns, boolean isTerminal, boolean hasColours) {
    /**
     * The system property by which the script {@code pagerace} says what standard output is: {@code no} if it is no terminal, else
     * how many columns that has, 0 if it does not tell. To ask costs the script much less than a VM.
     */
    public static final String PROPERTY = "pagerace.terminal";

    /** The columns of what takes lines of any length. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** What takes lines of any length, without colours: a file. */
    public static final Terminal FILE = new Terminal(UNLIMITED, false, false);

    /** A colour, by what it says. No text depends on it: a word says the same. */
    public enum Colour {
        /** As it should be. */
        GOOD("32"),
        /** Open, or worth a look. */
        OPEN("33"),
        /** Wrong. */
        BAD("31");

        private final String code;

        Colour(String code) {
            this.code = code;
        }
    }

    /** Of a terminal that does not tell. */
    private static final int USUAL = 80;

    /** Narrower terminals count as this wide: nothing readable fits. */
    private static final int NARROWEST = 60;

    /** Longer lines of prose are hard to read. */
    private static final int PROSE = 100;

    /** Less is no column: text goes below instead. */
    private static final int COLUMN = 30;

    /** How much further in than what it belongs to a line begins that had to be broken. */
    private static final int STEP = 4;

    /** Where a line may be broken: not in a range, {@code never .. SC}. */
    private static final Pattern BLANK = Pattern.compile("(?<! \\.\\.) (?!\\.\\. )");

    private static final Pattern ESCAPE = Pattern.compile("\u001b\\[[0-9;]*m");

    /** What standard output is. */
    public static Terminal current() {
        return of(System.getenv(), System.getProperty(PROPERTY), Terminal::isConsole);
    }

    /**
     * What standard output is.
     *
     * @param environment the environment
     * @param told what the script says; null if it did not start this VM
     * @param console whether it is a terminal; asked if the script does not say
     */
    static Terminal of(Map<String, String> environment, @Nullable String told, BooleanSupplier console) {
        boolean terminal = told == null ? console.getAsBoolean() : !told.equals("no");
        int columns = number(environment.get("COLUMNS"));
        if (columns == 0 && terminal) {
            int asked = number(told);
            columns = asked == 0 ? USUAL : asked;
        }
        boolean colours = terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
        return new Terminal(columns == 0 ? UNLIMITED : Math.max(NARROWEST, columns), terminal, colours);
    }

    /** The number of columns in {@code text}; zero if it names none. */
    private static int number(@Nullable String text) {
        return text == null || !text.matches("[1-9][0-9]{0,4}") ? 0 : Integer.parseInt(text);
    }

    /** Whether somebody watches. Since JDK 22 there may be a console even where there is no terminal, so it is asked. */
    @SuppressWarnings("SystemConsoleNull") // before 22 null means no terminal, from 22 on the console says so itself
    private static boolean isConsole() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException before22) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }

    /** Whether lines may not be of any length. */
    public boolean isLimited() {
        return columns != UNLIMITED;
    }

    /** How wide prose is set, in characters: never so wide that it is hard to read. */
    public int proseColumns() {
        return Math.min(PROSE, columns);
    }

    /** {@code text} in that colour, if there are colours. */
    public String paint(Colour colour, String text) {
        return hasColours ? "\u001b[" + colour.code + "m" + text + "\u001b[0m" : text;
    }

    /** How many columns {@code text} takes: colours take none. */
    public static int width(String text) {
        return text.indexOf('\u001b') < 0
                ? text.length()
                : ESCAPE.matcher(text).replaceAll("").length();
    }

    /** A paragraph of prose behind {@code begin}, as {@link #row}, in lines of readable length. */
    public String paragraph(String begin, String text) {
        return row(begin, text, proseColumns());
    }

    /**
     * {@code begin} and then {@code text}, in lines that fit, each with its end. What does not fit goes on under the beginning of
     * {@code text}; if too little room is left there, {@code text} stands below {@code begin}, further in. Lines are broken at
     * blanks only, and never in a range, so a single longer word makes a longer line.
     */
    public String row(String begin, String text) {
        return row(begin, text, columns);
    }

    private static String row(String begin, String text, int columns) {
        if (begin.length() + width(text) <= columns) {
            return (begin + text).stripTrailing() + "\n";
        }
        int room = columns - begin.length();
        if (begin.isBlank() || (room >= COLUMN && longestWord(text) <= room)) {
            return begin + broken(text, begin.length(), columns) + "\n";
        }
        int first = begin.length() - begin.stripLeading().length();
        String head = begin.strip();
        if (first + head.length() > columns) {
            head = broken(head, first + STEP, columns);
        }
        int below = columns - first - STEP < COLUMN ? STEP : first + STEP;
        return " ".repeat(first) + head + "\n" + " ".repeat(below) + broken(text, below, columns) + "\n";
    }

    /**
     * {@code text} as it is laid out, but for lines that do not fit: these are broken at blanks, and go on as far in as they
     * begin; of those that begin further in than the margin, further in still.
     */
    public String fit(String text) {
        if (!isLimited()) {
            return text;
        }
        StringBuilder lines = new StringBuilder();
        for (String line : text.split("(?<=\n)", 0)) {
            String content = line.stripTrailing();
            if (width(content) <= columns) {
                lines.append(line);
            } else {
                int first = content.length() - content.stripLeading().length();
                lines.append(" ".repeat(first))
                        .append(broken(content.strip(), first == 0 ? 0 : first + STEP, columns))
                        .append(line.substring(content.length()));
            }
        }
        return lines.toString();
    }

    /** {@code text} in lines, of which all but the first begin behind {@code indent} blanks; so much is taken of the first, too. */
    private static String broken(String text, int indent, int columns) {
        StringBuilder lines = new StringBuilder();
        int length = indent;
        boolean empty = true;
        for (String word : BLANK.split(text, -1)) {
            int width = width(word);
            if (empty && width == 0) {
                continue; // a line does not go on with the second of two blanks
            }
            if (!empty && length + 1 + width > columns) {
                lines.setLength(lines.toString().stripTrailing().length());
                lines.append('\n').append(" ".repeat(indent));
                length = indent;
                empty = true;
            }
            if (!empty) {
                lines.append(' ');
                length++;
            }
            lines.append(word);
            length += width;
            empty = false;
        }
        return lines.toString();
    }

    private static int longestWord(String text) {
        return BLANK.splitAsStream(text).mapToInt(Terminal::width).max().orElse(0);
    }

    /** As much of {@code line} as fits and leaves the last column free, cut between words; with an ellipsis if that is not all. */
    public String cut(String line) {
        if (!isLimited() || line.length() < columns) {
            return line;
        }
        String fits = line.substring(0, columns - 5); // " ..." and the last column
        int blank = fits.lastIndexOf(' ');
        String words = line.charAt(fits.length()) == ' ' || blank < 0 ? fits : fits.substring(0, blank);
        return words.replaceAll("[\\s,;:]+$", "") + " ...";
    }
}
