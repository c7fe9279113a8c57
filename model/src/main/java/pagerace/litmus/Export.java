// SPDX-License-Identifier: Apache-2.0
package pagerace.litmus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pagerace.explore.Access;
import pagerace.explore.Behaviour;
import pagerace.explore.Exploration;
import pagerace.explore.Explorer;
import pagerace.explore.MemoryModel;
import pagerace.explore.Prediction;
import pagerace.litmus.LitmusVerdict.Observation;
import pagerace.machine.Order;
import pagerace.machine.SpinLock;
import pagerace.race.Catalogue;
import pagerace.race.Lifetime;
import pagerace.race.Outcome;
import pagerace.race.Outcome.Mark;
import pagerace.race.Point;
import pagerace.race.Race;
import pagerace.race.Stuckness;

/**
 * Writes a point of the catalogue as a litmus test in the kernel's C syntax, for herd7 and for {@link LitmusTest}: an actor
 * per {@code P}, what it returned in its register {@code done}, and the forbidden outcome as the {@code exists} clause. A comment
 * says what the race asks, in what the variant differs, what the values of {@code done} mean, and in a line {@code Result:} what
 * the explorer finds under each memory model.
 *
 * <p>It uses the atomic operations on bits ({@code atomic_fetch_andnot}), which herd7 knows from the kernel's own definitions
 * since Linux 6.11.
 *
 * <p>What the two forms have in common: a forbidden outcome is reachable in the one exactly if it is in the other, under each
 * memory model that this project explores. Where they differ:
 * <ul>
 *   <li>an actor that would wait ends instead, with {@code done} 0, which no clause asks about; so a deadlock cannot be
 *       asked about at all;
 *   <li>a branch is written for the values that some execution of the three memory models returns. An execution with load
 *       buffering may return others, and then the litmus test says nothing (a missed bug);
 *   <li>branches are not joined again, so that herd7 may find control dependencies in the litmus test which the actor does
 *       not have (a missed bug).
 * </ul>
 */
public final class Export {
    private static final int MAX_LINES = 2_000;
    private static final int MAX_CLAUSES = 200;
    private static final String DONE = "done";

    /** As wide as the comments of the kernel's own litmus tests. */
    private static final Pattern COMMENT_LINE = Pattern.compile("(.{1,72}|\\S+)( |$)");

    private final Race race;
    private final Point point;
    private final Explorer<Outcome> explorer;
    private final List<Exploration<Outcome>> explorations;
    private final List<String> words;
    private final Set<Integer> spinLocks;
    private final Set<Integer> atomics;
    /** Per actor. */
    private final List<List<Object>> ends = new ArrayList<>();

    private Export(Race race, Point point, Explorer<Outcome> explorer, List<Exploration<Outcome>> explorations) {
        this.race = race;
        this.point = point;
        this.explorer = explorer;
        this.explorations = explorations;
        this.words = explorer.words().stream()
                .map(name -> name.replaceAll("\\W+", "_").replaceAll("_$", ""))
                .toList();
        Map<Integer, Set<Access>> uses = new LinkedHashMap<>();
        for (int actor = 0; actor < race.actors().size(); actor++) {
            collectUses(explorer.behaviour(actor), uses);
            ends.add(new ArrayList<>());
        }
        this.spinLocks = uses.entrySet().stream()
                .filter(use -> use.getValue().stream().allMatch(Export::isSpinLocking))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        this.atomics = uses.entrySet().stream()
                .filter(use ->
                        use.getValue().stream().anyMatch(access -> access.kind().isReadModifyWrite()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /**
     * The litmus test of {@code point}, which is one of the catalogue.
     *
     * @throws NotExportableException if there is none: an actor or the condition is too long, the actors can deadlock, an actor
     *     can break a {@linkplain Lifetime rule on reference counts}, or a bound was hit, so that branches would be missing and no result
     *     could be stated
     */
    public static String litmus(Point point) {
        return litmus(Catalogue.race(point.race()).orElseThrow(), point);
    }

    /** The litmus test of {@code point}, which is one of {@code race}. */
    static String litmus(Race race, Point point) {
        Explorer<Outcome> explorer = Explorer.of(point);
        List<Exploration<Outcome>> explorations = new ArrayList<>();
        for (MemoryModel model : Prediction.MODELS) {
            Exploration<Outcome> exploration = explorer.explore(model);
            if (!exploration.isComplete()) {
                throw new NotExportableException("the exploration under " + model.level() + " hit a bound");
            }
            if (exploration.outcomes().contains(Stuckness.STUCK)) {
                throw new NotExportableException("the actors can deadlock, and no exists clause can ask about that");
            }
            for (Lifetime rule : Lifetime.values()) {
                if (exploration.outcomes().contains(rule)) {
                    throw new NotExportableException("an actor can break the rule " + rule
                            + ": the explorer does not look beyond that, and herd7 does not know the rule");
                }
            }
            explorations.add(exploration);
        }
        return new Export(race, point, explorer, explorations).write();
    }

    private static void collectUses(Behaviour behaviour, Map<Integer, Set<Access>> uses) {
        Access access = behaviour.access();
        if (access != null && !access.kind().isFence()) {
            uses.computeIfAbsent(access.location(), unused -> new LinkedHashSet<>())
                    .add(access);
        }
        behaviour.next().values().forEach(next -> collectUses(next, uses));
    }

    private static boolean isSpinLocking(Access access) {
        return switch (access.kind()) {
            case ACQUIRE_WHEN_CLEAR, TRY_ACQUIRE_WHEN_CLEAR ->
                access.a() == SpinLock.ANY_BIT && access.b() == SpinLock.HELD;
            case WRITE -> access.a() == 0 && access.order() == Order.RELEASE;
            default -> false;
        };
    }

    private String write() {
        List<LitmusActor> actors =
                IntStream.range(0, ends.size()).mapToObj(this::actor).toList();
        List<Clause> clauses = clauses();
        Set<Integer> used = new TreeSet<>();
        actors.forEach(actor -> used.addAll(actor.words()));
        clauses.forEach(clause -> used.addAll(clause.memory.keySet()));
        StringBuilder text = new StringBuilder("C ")
                .append(point.key().replaceAll("\\W+", "-").replaceAll("-$", ""))
                .append("\n\n(*\n")
                .append(comment())
                .append(" *)\n\n{\n");
        for (int word : used) {
            if (!spinLocks.contains(word)) {
                text.append('\t').append(words.get(word)).append('=');
                text.append(explorer.initialValues().get(word)).append(";\n");
            }
        }
        text.append("}\n");
        for (int actor = 0; actor < ends.size(); actor++) {
            text.append("\nP").append(actor).append('(');
            text.append(actors.get(actor).words().stream()
                    .map(word -> type(word) + " *" + words.get(word))
                    .collect(Collectors.joining(", ")));
            text.append(")\n{\n\tint ").append(DONE).append(";\n");
            for (int register = 0; register < actors.get(actor).registers(); register++) {
                text.append("\tint r").append(register).append(";\n");
            }
            text.append('\n').append(actors.get(actor).body()).append("}\n");
        }
        return text.append("\nexists (").append(shown(clauses)).append(")\n").toString();
    }

    private String comment() {
        StringBuilder comment = new StringBuilder();
        comment.append(paragraph(race.question())).append(" *\n");
        comment.append(paragraph(point.key() + ": " + point.variant().difference() + "."));
        String actors = IntStream.range(0, ends.size())
                .mapToObj(actor -> "P" + actor + ": " + race.actors().get(actor) + ". ")
                .collect(Collectors.joining());
        comment.append(paragraph(actors + "The exists clause asks for an execution that violates this: "
                        + race.invariant()
                        + ". WEAK, in the result, is the kernel's memory model without load buffering."))
                .append(" *\n");
        comment.append(paragraph(result())).append(" *\n");
        for (int actor = 0; actor < ends.size(); actor++) {
            for (int end = 0; end < ends.get(actor).size(); end++) {
                comment.append(paragraph(actor + ":" + DONE + "=" + (end + 1) + ": "
                        + ends.get(actor).get(end)));
            }
        }
        return comment.toString();
    }

    /** Lines of a comment, in which nothing ends it. */
    private static String paragraph(String text) {
        String plain = text.strip().replaceAll("\\s+", " ").replace("(*", "( *").replace("*)", "* )");
        return COMMENT_LINE.matcher(plain).replaceAll(" * $1\n");
    }

    /** What the explorer finds, the weakest model first: the kernel's judgelitmus.sh compares the first verdict with herd7's. */
    private String result() {
        List<String> verdicts = new ArrayList<>();
        for (Exploration<Outcome> exploration : explorations) {
            int forbidden = (int) exploration.outcomes().stream()
                    .filter(outcome -> outcome.mark() == Mark.FORBIDDEN)
                    .count();
            Observation observed = LitmusVerdict.observation(
                    forbidden, exploration.outcomes().size() - forbidden, exploration.isComplete());
            verdicts.add(0, observed + " (" + exploration.level() + ")");
        }
        return "Result: " + String.join(", ", verdicts);
    }

    private String type(int word) {
        return spinLocks.contains(word) ? "spinlock_t" : atomics.contains(word) ? "atomic_t" : "int";
    }

    private LitmusActor actor(int actor) {
        LitmusActor written = new LitmusActor(words, spinLocks, atomics, ends.get(actor), DONE, MAX_LINES);
        written.write(explorer.behaviour(actor));
        return written;
    }

    /** One conjunction of the condition: what each actor has in {@code done}, and some words. */
    private record Clause(List<Integer> done, Map<Integer, Long> memory) {}

    /** The condition: each combination of ends with each memory that makes it forbidden. */
    private List<Clause> clauses() {
        List<Clause> clauses = new ArrayList<>();
        for (List<Integer> done : combinations()) {
            List<Object> all = IntStream.range(0, ends.size())
                    .mapToObj(actor -> ends.get(actor).get(done.get(actor) - 1))
                    .toList();
            explorer.finalMemories(all, outcome -> outcome.mark() == Mark.FORBIDDEN)
                    .forEach(memory -> clauses.add(new Clause(done, memory)));
        }
        if (clauses.size() > MAX_CLAUSES) {
            throw new NotExportableException("the forbidden outcome takes " + clauses.size() + " clauses");
        }
        return clauses;
    }

    /** Whatever the actors could have in {@code done} together, if each ended on its own. */
    private List<List<Integer>> combinations() {
        List<List<Integer>> combinations = List.of(List.of());
        for (List<Object> its : ends) {
            combinations = combinations.stream()
                    .flatMap(before -> IntStream.rangeClosed(1, its.size())
                            .mapToObj(done -> Stream.concat(before.stream(), Stream.of(done))
                                    .toList()))
                    .toList();
        }
        return combinations;
    }

    private String shown(List<Clause> clauses) {
        String text = clauses.stream().map(this::shown).collect(Collectors.joining("\n\t\\/ "));
        return text.isEmpty() ? "0:" + DONE + "=-1" : text;
    }

    private String shown(Clause clause) {
        List<String> parts = new ArrayList<>();
        for (int actor = 0; actor < ends.size(); actor++) {
            parts.add(actor + ":" + DONE + "=" + clause.done.get(actor));
        }
        clause.memory.forEach((word, value) -> {
            if (spinLocks.contains(word)) {
                throw new NotExportableException("the judge looks at the spin lock " + words.get(word));
            }
            parts.add(words.get(word) + "=" + value);
        });
        return parts.stream().collect(Collectors.joining(" /\\ ", "(", ")"));
    }
}
