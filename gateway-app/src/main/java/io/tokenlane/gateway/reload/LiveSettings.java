package io.tokenlane.gateway.reload;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings that hold now, and what each room made of them. A change has two steps: everything
 * is made anew beside what runs, which may fail and then changes nothing; then all of it is put in
 * place, which cannot fail. What runs keeps the settings it began with.
 */
public final class LiveSettings {
  private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

  private final List<Made<?>> made = new CopyOnWriteArrayList<>();
  private final List<Told<?>> told = new CopyOnWriteArrayList<>();
  private final List<Runnable> after = new CopyOnWriteArrayList<>();
  private volatile Sections now;

  /** Begins with these. */
  public LiveSettings(Sections first) {
    this.now = first;
  }

  /** The record of this type that holds now. */
  public <S> S now(Class<S> section) {
    return now.get(section);
  }

  /**
   * What {@code make} makes of the settings: at once, and again whenever one of {@code of} has
   * changed. Where it throws an {@link IllegalArgumentException} then, no change takes place.
   */
  public <T> Supplier<T> follow(Function<Sections, T> make, Class<?>... of) {
    Made<T> follower = new Made<>(make, Set.of(of), make.apply(now));
    made.add(follower);
    return follower;
  }

  /** Runs {@code action} each time this section has changed, once all that is made is in place. */
  public <S> void onChange(Class<S> section, Consumer<S> action) {
    told.add(new Told<>(section, action));
  }

  /** Runs {@code action} at the end of each reload that has changed something. */
  public void afterChange(Runnable action) {
    after.add(action);
  }

  /**
   * Makes all that follows from these settings; what is returned puts it in place.
   *
   * @throws IllegalArgumentException why it cannot be made; then nothing has changed
   */
  Runnable prepare(Sections next) {
    Sections before = now;
    List<Runnable> steps = new ArrayList<>();
    made.forEach(follower -> follower.prepare(before, next, steps));
    return () -> {
      now = next;
      steps.forEach(Runnable::run);
      told.forEach(follower -> follower.tell(before, next));
      after.forEach(LiveSettings::safely);
    };
  }

  /** The others have to hear of it all the same. */
  private static void safely(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.error("a change of the configuration was not taken over whole", e);
    }
  }

  private static final class Made<T> implements Supplier<T> {
    private final Function<Sections, T> make;
    private final Set<Class<?>> of;
    private volatile T value;

    Made(Function<Sections, T> make, Set<Class<?>> of, T first) {
      this.make = make;
      this.of = of;
      this.value = first;
    }

    void prepare(Sections before, Sections next, List<Runnable> steps) {
      if (of.stream().anyMatch(type -> next.differs(before, type))) {
        T fresh = make.apply(next);
        steps.add(() -> value = fresh);
      }
    }

    @Override
    public T get() {
      return value;
    }
  }

  private record Told<S>(Class<S> section, Consumer<S> action) {
    void tell(Sections before, Sections next) {
      if (next.differs(before, section)) {
        safely(() -> action.accept(next.get(section)));
      }
    }
  }
}
