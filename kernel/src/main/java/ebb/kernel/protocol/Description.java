package ebb.kernel.protocol;

/// What is said about a job and decides nothing: names, tags and notes of people.
///
/// @param wordsHash by which the words are stored outside the kernel; empty: those that it was
///   submitted with
/// @param hidden whether lists leave the job out unless they are asked for such
public record Description(String wordsHash, boolean hidden) {
  public static final Description AS_SUBMITTED = new Description("", false);
}
