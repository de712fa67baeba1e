/// The agent keeps processes alive while servers come and go. It requires nothing but java.base.
module ebb.agent {
  exports ebb.agent;
}
