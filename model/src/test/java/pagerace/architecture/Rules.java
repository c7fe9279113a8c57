// SPDX-License-Identifier: Apache-2.0
package pagerace.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Who may import whom, and what model code may not do, as rules under a root package: {@code pagerace}, or the fixtures of
 * {@code pagerace.broken}, on which each rule must find what it looks for.
 */
final class Rules {
    /** What each package of the model may import of ours. */
    static final Map<String, List<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("kernel", List.of()),
            Map.entry("machine", List.of()),
            Map.entry("mm", List.of("machine")),
            Map.entry("mm.op", List.of("machine", "mm")),
            Map.entry("own", List.of("machine", "mm", "mm.op")),
            Map.entry("race", List.of("machine", "mm", "mm.op", "own")),
            Map.entry("soak", List.of("machine", "mm", "mm.op")),
            Map.entry("explore", List.of("machine", "own", "race")),
            Map.entry("litmus", List.of("machine", "explore", "race")),
            Map.entry("price", List.of("machine", "mm", "mm.op", "race", "explore")));

    /** Replayed step by step, so whatever it does must follow from the values that its reads returned. */
    private static final List<String> MODEL_CODE = List.of("mm", "mm.op", "race");

    private final String root;
    private final String machine;

    Rules(String root, String machine) {
        this.root = root;
        this.machine = machine;
    }

    /**
     * A rule.
     *
     * @param name what it demands
     * @param rule the check
     * @param offenders the fixtures, below the root of the broken ones, that it must find
     */
    record Rule(String name, ArchRule rule, List<String> offenders) {
        @Override
        public String toString() {
            return name;
        }
    }

    List<Rule> all() {
        return Stream.concat(imports().stream(), modelCode().stream()).toList();
    }

    private List<Rule> imports() {
        List<Rule> rules = new ArrayList<>();
        rules.add(rule(
                "every package has an import rule",
                classes().should().resideInAnyPackage(packages(MAY_IMPORT.keySet())),
                "stranger.InNoKnownPackage"));
        Map<String, String> offenders = Map.ofEntries(
                Map.entry("kernel", "kernel.ImportsMachine"),
                Map.entry("machine", "machine.ImportsMm"),
                Map.entry("mm", "mm.ImportsOp"),
                Map.entry("mm.op", "mm.op.ImportsRace"),
                Map.entry("own", "own.ImportsRace"),
                Map.entry("race", "race.ImportsExplore"),
                Map.entry("soak", "soak.ImportsRace"),
                Map.entry("explore", "explore.ImportsMm"),
                Map.entry("litmus", "litmus.ImportsOp"),
                Map.entry("price", "price.ImportsLitmus"));
        MAY_IMPORT.forEach((from, to) -> {
            List<String> allowed = new ArrayList<>(to);
            allowed.add(from);
            rules.add(rule(
                    from + " imports nothing of ours" + (to.isEmpty() ? "" : " but " + String.join(", ", to)),
                    noClasses()
                            .that()
                            .resideInAnyPackage(packages(List.of(from)))
                            .should()
                            .dependOnClassesThat(
                                    resideInAPackage(root + "..").and(not(resideInAnyPackage(packages(allowed))))),
                    offenders.getOrDefault(from, "none")));
        });
        rules.add(rule(
                "packages form no cycle",
                slices().matching(root + ".(**)").should().beFreeOfCycles(),
                "mm.ImportsOp",
                "explore.ImportsMm"));
        rules.add(rule(
                "the model needs the JDK only",
                classes()
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage(root + "..", "java..", "javax..", "org.jspecify..")),
                "machine.ImportsALibrary"));
        rules.add(rule(
                "only the hardware machine touches memory by itself",
                noClasses()
                        .that(not(nameStarts(machine)))
                        .should()
                        .dependOnClassesThat(nameStarts("java.lang.invoke.VarHandle", "sun.misc.", "jdk.internal.")
                                .or(resideInAPackage("java.util.concurrent.atomic"))),
                "mm.op.UsesAVarHandle",
                "machine.UsesAnAtomic"));
        return rules;
    }

    private List<Rule> modelCode() {
        return List.of(
                rule(
                        "instance fields are final, but for what sets up a scenario",
                        fields().that()
                                .areDeclaredInClassesThat(
                                        resideInAnyPackage(packages(MODEL_CODE)).and(not(nameStarts(scene()))))
                                .and()
                                .areNotStatic()
                                .should()
                                .beFinal(),
                        "mm.op.HasAFieldThatIsNotFinal"),
                rule(
                        "what sets up a scenario is kept by nobody",
                        fields().that()
                                .areDeclaredInClassesThat(
                                        resideInAnyPackage(packages(MODEL_CODE)).and(not(nameStarts(scene()))))
                                .should()
                                .notHaveRawType(nameStarts(scene())),
                        "race.KeepsAScene"),
                rule(
                        "no field is volatile",
                        fields().that()
                                .areDeclaredInClassesThat()
                                .resideInAnyPackage(packages(MODEL_CODE))
                                .should()
                                .notHaveModifier(JavaModifier.VOLATILE),
                        "mm.HasAVolatileField"),
                rule(
                        "static fields are constants",
                        fields().that()
                                .areDeclaredInClassesThat()
                                .resideInAnyPackage(packages(MODEL_CODE))
                                .and()
                                .areStatic()
                                .should(beConstants()),
                        "mm.HasAStaticFieldThatIsNotFinal",
                        "mm.HasAStaticArray",
                        "mm.HasAStaticCollection",
                        "race.HasAStaticWord"),
                rule(
                        "shared state is in words, not in arrays or collections",
                        fields().that()
                                .areDeclaredInClassesThat()
                                .resideInAnyPackage(packages(List.of("mm", "mm.op")))
                                .and()
                                .areNotStatic()
                                .should(holdNoMemoryOfTheirOwn()),
                        "mm.HasAnArrayOfNumbers",
                        "mm.op.HasACollection"),
                rule(
                        "no method is synchronized",
                        methods()
                                .that()
                                .areDeclaredInClassesThat()
                                .resideInAnyPackage(packages(MODEL_CODE))
                                .should()
                                .notHaveModifier(JavaModifier.SYNCHRONIZED),
                        "mm.op.IsSynchronized"),
                rule(
                        "nothing is caught, nothing is finally done, no block is synchronized",
                        codeUnits()
                                .that()
                                .areDeclaredInClassesThat(resideInAnyPackage(packages(MODEL_CODE))
                                        .and(not(describe("synthetic", Rules::isSynthetic))))
                                .should(haveNoHandlers()),
                        "mm.op.Catches",
                        "mm.op.DoesSomethingFinally",
                        "mm.op.HasASynchronizedBlock",
                        "race.Catches"),
                rule(
                        "no threads, no locks of Java",
                        noModelCode()
                                .should()
                                .dependOnClassesThat(
                                        nameStarts("java.lang.Thread", "java.util.concurrent.", "java.util.Timer")),
                        "mm.op.StartsAThread",
                        "mm.op.TakesAJavaLock",
                        "race.SpinsByItself"),
                rule(
                        "no waiting on monitors",
                        noModelCode().should().callMethodWhere(calls(Object.class, "wait", "notify", "notifyAll")),
                        "mm.op.WaitsOnAMonitor"),
                rule(
                        "nothing random",
                        noModelCode()
                                .should()
                                .dependOnClassesThat(nameStarts(
                                        "java.util.Random",
                                        "java.util.SplittableRandom",
                                        "java.util.random.",
                                        "java.util.UUID",
                                        "java.security."))
                                .orShould()
                                .callMethodWhere(calls(Math.class, "random")),
                        "mm.op.ThrowsDice",
                        "race.ThrowsDice"),
                rule(
                        "no time",
                        noModelCode()
                                .should()
                                .dependOnClassesThat(nameStarts("java.time.", "java.util.Date", "java.util.Calendar"))
                                .orShould()
                                .callMethodWhere(calls(System.class, "nanoTime", "currentTimeMillis")),
                        "mm.op.ReadsTheClock",
                        "race.ReadsTheCalendar"),
                rule(
                        "no identity",
                        noModelCode()
                                .should()
                                .callMethodWhere(
                                        calls(System.class, "identityHashCode").or(calls(Object.class, "hashCode"))),
                        "mm.op.AsksForIdentity"),
                rule(
                        "no collection whose order depends on hashes",
                        noModelCode()
                                .should()
                                .dependOnClassesThat(nameStarts(
                                        "java.util.HashMap",
                                        "java.util.HashSet",
                                        "java.util.IdentityHashMap",
                                        "java.util.WeakHashMap",
                                        "java.util.Hashtable"))
                                .orShould()
                                .callMethodWhere(calls(Set.class, "of", "copyOf")
                                        .or(calls(Map.class, "of", "ofEntries", "copyOf"))),
                        "mm.op.IteratesOverHashes",
                        "mm.IteratesOverASaltedSet"));
    }

    /** The one class whose objects are written while they are made, and gone before the actors run. */
    private String scene() {
        return root + ".mm.Scene";
    }

    private static Rule rule(String name, ArchRule rule, String... offenders) {
        // A package that does not exist yet breaks no rule.
        return new Rule(name, rule.allowEmptyShould(true), List.of(offenders));
    }

    private com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction noModelCode() {
        return noClasses().that().resideInAnyPackage(packages(MODEL_CODE));
    }

    /** {@code mm} is that package alone, since {@code mm.op} has a rule of its own; the others have all below them. */
    private String[] packages(Iterable<String> names) {
        List<String> patterns = new ArrayList<>();
        names.forEach(name -> patterns.add(root + "." + name + (name.equals("mm") ? "" : "..")));
        return patterns.toArray(String[]::new);
    }

    private static DescribedPredicate<JavaClass> nameStarts(String... prefixes) {
        return describe(
                "are called " + String.join("*, ", prefixes) + "*",
                type -> Arrays.stream(prefixes).anyMatch(type.getName()::startsWith));
    }

    private static DescribedPredicate<JavaCall<?>> calls(Class<?> owner, String... names) {
        return describe(
                owner.getSimpleName() + "." + String.join("|", names),
                call -> call.getTargetOwner().isEquivalentTo(owner)
                        && List.of(names).contains(call.getName()));
    }

    private static boolean isSynthetic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.SYNTHETIC);
    }

    private ArchCondition<JavaField> beConstants() {
        return condition("be final and of a type that cannot change", field -> {
            boolean constant = field.getModifiers().contains(JavaModifier.FINAL) && !isShared(field.getRawType());
            return constant || field.getModifiers().contains(JavaModifier.SYNTHETIC) || isSynthetic(field.getOwner());
        });
    }

    /** Whether objects of that type can change: arrays, words, concrete collections, classes with changing fields. */
    private boolean isShared(JavaClass type) {
        return type.isArray()
                || (resideInAPackage("..machine").test(type) && !type.isEnum())
                || isConcreteCollection(type)
                || type.getAllFields().stream()
                        .filter(field -> field.getOwner().getName().startsWith(root))
                        .anyMatch(field -> !field.getModifiers().contains(JavaModifier.STATIC)
                                && !field.getModifiers().contains(JavaModifier.FINAL));
    }

    private static boolean isConcreteCollection(JavaClass type) {
        return !type.isInterface()
                && (type.isAssignableTo(java.util.Collection.class) || type.isAssignableTo(Map.class));
    }

    private static ArchCondition<JavaField> holdNoMemoryOfTheirOwn() {
        return condition("be no array of numbers and no changeable collection", field -> {
            JavaClass type = field.getRawType();
            return !isConcreteCollection(type)
                    && !(type.isArray() && type.getBaseComponentType().isPrimitive());
        });
    }

    private static ArchCondition<JavaCodeUnit> haveNoHandlers() {
        return condition(
                "have no exception handler", unit -> unit.getTryCatchBlocks().isEmpty());
    }

    private static <T extends com.tngtech.archunit.core.domain.properties.HasName.AndFullName>
            ArchCondition<T> condition(String description, Predicate<T> holds) {
        return new ArchCondition<>(description) {
            @Override
            public void check(T item, ConditionEvents events) {
                events.add(new SimpleConditionEvent(
                        item, holds.test(item), item.getFullName() + " should " + description));
            }
        };
    }
}
